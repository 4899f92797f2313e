package history_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	. "github.com/hookcheck/hookcheck/framework/history"
	ht "github.com/hookcheck/hookcheck/framework/history/historytest"
)

// FuzzDecode feeds any bytes to Decode: it never panics, what it accepts can be
// written and read again and is the same then, and no matcher panics over it.
func FuzzDecode(f *testing.F) {
	for _, h := range []*History{stopped().Done(), recorded().Failed("no"), everything(), ht.New("x").History} {
		var b bytes.Buffer
		if err := h.Encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
		f.Add(b.Bytes()[:b.Len()/2])
	}
	header := `{"header":{"apiVersion":"` + Version + `"}}` + "\n"
	f.Add([]byte(header + `{"event":{"kind":"pod","podObject":{"status":{"containerStatuses":[{}]}}}}`))
	f.Add([]byte(header + `{"event":{"seq":-1,"kind":"slice","sliceObject":{"endpoints":[{}]}}}` + "\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, m := range []*Matcher{HappenBefore(HookEnd(PreStop), Signal("SIGTERM")), Elapse(Running(), Terminated(), 0, time.Second),
			ContainNo(KubeEventSaying("Killing", "x")), HoldThroughout(StepBegin("create"), Removed(), ContainerReady("app"))} {
			if _, err := m.Match(h); err == nil {
				_ = m.FailureMessage(h)
			}
		}
		var first, second bytes.Buffer
		if err := h.Encode(&first); err != nil {
			// metav1.Time and time.Time parse years that they refuse to write.
			if strings.Contains(err.Error(), "year outside of range") {
				return
			}
			t.Fatalf("accepted but not written: %v", err)
		}
		back, err := Decode(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("written but not read: %v\n%s", err, first.String())
		}
		if err := back.Encode(&second); err != nil || first.String() != second.String() {
			t.Fatalf("%v: another history the second time:\n%s\n%s", err, first.String(), second.String())
		}
		if got, want := asSeen(t, back), asSeen(t, h); got != want {
			t.Fatalf("read:\n%s\nwas:\n%s", got, want)
		}
	})
}
