package report

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// SchemaPath is where the schema of the JSON form is served, PublicSchemaPath that of the public figures.
const (
	SchemaPath       = "/reports/schema.json"
	PublicSchemaPath = "/statistics/schema.json"
)

// Schema is the JSON Schema (2020-12) of the report's JSON form, made from the types that are written, so that it cannot say
// anything else than they do.
func Schema() []byte { return schemaOf(Report{}, SchemaPath, "Enforcement report") }

// PublicSchema is that of the public figures of a month.
func PublicSchema() []byte { return schemaOf(Public{}, PublicSchemaPath, "Public figures of a month") }

func schemaOf(v any, id, title string) []byte {
	s := schema(reflect.TypeOf(v))
	s["$schema"], s["$id"], s["title"] = "https://json-schema.org/draft/2020-12/schema", id, title
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("report: schema of %T: %v", v, err)) // a mistake of the program
	}
	return append(out, '\n')
}

var (
	marshaler = reflect.TypeFor[encoding.TextMarshaler]()
	instant   = reflect.TypeFor[time.Time]()
)

// schema describes how encoding/json writes a type.
func schema(t reflect.Type) map[string]any {
	switch {
	case t == instant:
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Implements(marshaler):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		s := schema(t.Elem())
		s["type"] = []any{s["type"], "null"}
		return s
	case reflect.Interface: // a cell
		return map[string]any{"type": []any{"string", "number", "null"}}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schema(t.Elem())}
	case reflect.Struct:
		properties, required := map[string]any{}, []any{}
		fields(t, func(name string, optional bool, of reflect.Type) {
			properties[name] = schema(of)
			if !optional {
				required = append(required, name)
			}
		})
		return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	default:
		panic("report: no schema for " + t.String())
	}
}

// fields are those that are written, with those of embedded structs.
func fields(t reflect.Type, yield func(name string, optional bool, of reflect.Type)) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Tag.Get("json") == "" {
			fields(f.Type, yield)
			continue
		}
		if !f.IsExported() {
			continue
		}
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		yield(name, strings.Contains(rest, "omitempty"), f.Type)
	}
}
