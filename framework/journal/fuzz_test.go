package journal

import (
	"strings"
	"testing"
)

// FuzzParse: whatever the bytes, entries and defects cover all of them once and in order, and each entry has one
// spelling (both in outline); the two parsers agree on the entries; and an intact entry behind a newline is found.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "\n", start, start + hook + exit, start + full + exit, start[9:] + hook, start + hook[:30],
		hook[:30] + exit + hook[30:], "OOM: " + start, strings.Repeat("1763723421.123456 1", 20),
		strings.Repeat("x", MaxEntry) + start, "\xff\xfe\x00*00\n", line("1763723421.123456 1 a k=%C3%A9%0A"),
		line("1763723421.123456 1 beat n=0000042"), line("1763723421.123456 1 stall d=0.512"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		outline(t, text, Parse)
		outline(t, text, ParseLog)
		message, _ := Parse(text)
		log, _ := ParseLog(text)
		if len(message) != len(log) {
			t.Fatalf("%d entries as a message, %d as a log", len(message), len(log))
		}
		if got := outline(t, text+"\n"+exit, Parse); !strings.HasSuffix(got, "exit") {
			t.Fatalf("the whole entry at the end is lost: %s", got)
		}
	})
}

// FuzzFields: any value survives the way through an entry.
func FuzzFields(f *testing.F) {
	f.Add("", "a b")
	f.Add("%41*=\n", "\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		e := Entry{Time: at(1763723421123456), PID: 1, Kind: "a", Fields: []Field{{"x", a}, {"y", b}}}
		text, err := e.Encode()
		if err != nil {
			t.Skip() // too long
		}
		entries, defects := Parse(text)
		if len(defects) != 0 || len(entries) != 1 || entries[0].Get("x") != a || entries[0].Get("y") != b {
			t.Fatalf("%q came back as %v %v", text, entries, defects)
		}
	})
}
