package httpd

import (
	"errors"
	"fmt"
	"text/template/parse"
)

// builtins names the functions that text/template and html/template bring, for
// the parser only, which asks whether a name is known.
var builtins = func() map[string]any {
	known := make(map[string]any)
	for _, name := range []string{"and", "call", "html", "index", "slice", "js", "len", "not", "or", "print",
		"printf", "println", "urlquery", "eq", "ge", "gt", "le", "lt", "ne"} {
		known[name] = ""
	}
	return known
}()

// inspect lists the templates that tree calls, and fails for a template or a
// literal message key that does not exist, and for a dict argument that the
// called template never reads: such slips would otherwise be blank spots.
func (l *loader) inspect(tree *parse.Tree, lookup func(string) *parse.Tree) (calls []string, err error) {
	var errs []error
	walk(tree.Root, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.TemplateNode:
			called := lookup(n.Name)
			if called == nil {
				errs = append(errs, fmt.Errorf("line %d: no template %q", n.Line, n.Name))
				return
			}
			calls = append(calls, n.Name)
			errs = append(errs, unknownArguments(n, called))
		case *parse.CommandNode:
			if key, ok := literalKey(n); ok && !l.catalog.Has(l.lang, key) {
				errs = append(errs, fmt.Errorf("message %q is missing in %s", key, l.lang))
			}
		}
	})
	return calls, errors.Join(errs...)
}

// literalKey is the key of {{t "key" …}}.
func literalKey(n *parse.CommandNode) (string, bool) {
	if len(n.Args) < 2 {
		return "", false
	}
	fn, ok := n.Args[0].(*parse.IdentifierNode)
	if !ok || fn.Ident != "t" {
		return "", false
	}
	key, ok := n.Args[1].(*parse.StringNode)
	if !ok {
		return "", false
	}
	return key.Text, true
}

func unknownArguments(n *parse.TemplateNode, called *parse.Tree) error {
	given := dictKeys(n.Pipe)
	if len(given) == 0 {
		return nil
	}
	read := make(map[string]bool)
	walk(called.Root, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.FieldNode:
			read[n.Ident[0]] = true
		case *parse.VariableNode:
			if len(n.Ident) > 1 {
				read[n.Ident[1]] = true
			}
		}
	})
	for _, key := range given {
		if !read[key] {
			return fmt.Errorf("line %d: template %q has no argument %q", n.Line, n.Name, key)
		}
	}
	return nil
}

// dictKeys lists the literal names of {{template "x" (dict "name" value …)}}.
func dictKeys(pipe *parse.PipeNode) []string {
	for pipe != nil && len(pipe.Cmds) == 1 {
		args := pipe.Cmds[0].Args
		if inner, ok := args[0].(*parse.PipeNode); ok && len(args) == 1 {
			pipe = inner
			continue
		}
		if fn, ok := args[0].(*parse.IdentifierNode); !ok || fn.Ident != "dict" {
			return nil
		}
		var keys []string
		for i := 1; i < len(args); i += 2 {
			if s, ok := args[i].(*parse.StringNode); ok {
				keys = append(keys, s.Text)
			}
		}
		return keys
	}
	return nil
}

// walk visits n and everything below it.
func walk(n parse.Node, visit func(parse.Node)) {
	branch := func(b *parse.BranchNode) {
		walkPipe(b.Pipe, visit)
		walkList(b.List, visit)
		walkList(b.ElseList, visit)
	}
	visit(n)
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.ActionNode:
		walkPipe(n.Pipe, visit)
	case *parse.TemplateNode:
		walkPipe(n.Pipe, visit)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.PipeNode:
		for _, cmd := range n.Cmds {
			walk(cmd, visit)
		}
	case *parse.CommandNode:
		for _, arg := range n.Args {
			walk(arg, visit)
		}
	case *parse.ChainNode:
		walk(n.Node, visit)
	}
}

// walkPipe and walkList take care of the parts that may be absent.
func walkPipe(n *parse.PipeNode, visit func(parse.Node)) {
	if n != nil {
		walk(n, visit)
	}
}

func walkList(n *parse.ListNode, visit func(parse.Node)) {
	if n != nil {
		walk(n, visit)
	}
}
