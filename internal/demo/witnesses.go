package demo

import (
	"context"

	"dunwatch/internal/witness"
)

// askWitnesses asks a colleague and a relative of a complainant whether they were contacted: the colleague has answered and
// the officer has read it, the relative has the link still.
func (o *office) askWitnesses(ctx context.Context, m *matter) error {
	_, secret, err := o.d.Witnesses.Invite(ctx, m.officer, m.c.Reference, "同事")
	if err != nil {
		return err
	}
	number, err := o.d.Witnesses.State(ctx, secret, witness.Answer{
		Contacted: "yes", Relation: "colleague", Age: "adult", When: "上月中旬，上班时间两次，中午一次", Number: "0571-86663120",
		Said: "来电自称“法务部”，问我是不是同一个办公室的，让我转告本人当天还款，不然就到单位来。我说和我没有关系，对方又打给了前台。", About: "同一办公室的同事", Name: "邵敬和",
	})
	if err != nil {
		return err
	}
	if _, err := o.d.Witnesses.Read(ctx, m.officer, m.c.Reference, number); err != nil {
		return err
	}
	_, _, err = o.d.Witnesses.Invite(ctx, m.officer, m.c.Reference, "表姐")
	return err
}
