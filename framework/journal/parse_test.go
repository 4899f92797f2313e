package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// line seals a body with its checksum.
func line(body string) string { return fmt.Sprintf("%s*%02X\n", body, crc8(body)) }

var (
	start = line("1763723421.123456 1 start v=1 instance=1")
	hook  = line("1763723421.223456 12 hook-begin name=preStop uid=65532")
	exit  = line("1763723422.000001 1 exit code=0")
	full  = line("1763723421.300000 1 overflow k=http")
)

func TestParse(t *testing.T) {
	long := "1763723421.123456 1 a k=" + strings.Repeat("x", MaxEntry)
	cases := map[string]struct {
		text string
		want string // what comes out, in order: kinds of entries, and reasons of defects in <>
	}{
		"empty":                           {"", ""},
		"good":                            {start + hook + exit, "start hook-begin exit"},
		"cut in the last line":            {start + hook[:30], "start <torn>"},
		"cut before the last newline":     {start + strings.TrimSuffix(exit, "\n"), "start <torn>"},
		"torn behind the time":            {start + exit[:18], "start <foreign>"},
		"a byte changed":                  {start + strings.Replace(exit, "code=0", "code=1", 1) + hook, "start <bad-checksum> hook-begin"},
		"checksum in lower case":          {line("1763723421.123456 1 a")[:22] + "ff\n", "<bad-checksum>"},
		"checksum missing":                {"1763723421.123456 1 exit code=0\n" + hook, "<bad-checksum> hook-begin"},
		"head cut in the time":            {start[8:] + hook, "<head-cut> hook-begin"},
		"head cut in the fields":          {start[25:] + hook, "<head-cut> hook-begin"},
		"head cut to a newline, 4096":     {"\n" + strings.Repeat(start, 90) + pad(4095-90*len(start)), "<head-cut>" + strings.Repeat(" start", 90) + " pad"},
		"no head cut later":               {start + hook[8:] + exit, "start <foreign> exit"},
		"glued: torn, then whole":         {start + hook[:30] + exit, "start <glued> exit"},
		"glued: whole but newline":        {strings.TrimSuffix(start, "\n") + exit, "<glued> exit"},
		"glued: torn at the time's digit": {hook[:5] + exit, "<foreign> exit"},
		"interleaved":                     {hook[:30] + exit + hook[30:] + start, "<glued> exit <foreign> start"},
		"interleaved and spoilt":          {hook[:30] + exit[:20] + hook[30:] + start, "<glued> start"},
		"a runtime's error before":        {"OOM in cgroup: " + start + exit, "<foreign> start exit"},
		"only a runtime's error":          {"context deadline exceeded", "<foreign>"},
		"text between":                    {start + "panic: no\n\n" + exit, "start <foreign> <foreign> exit"},
		"not UTF-8, not ASCII":            {start + "\xff\x00\xfe\n" + exit, "start <foreign> exit"},
		"over-long":                       {start + line(long) + exit, "start <too-long> exit"},
		"over-long with an entry inside":  {long + exit, "<glued> exit"},
		"overflow":                        {start + full + exit, "start <overflow> exit"},
		"overflow spoilt":                 {start + full[:len(full)-3] + "00\n", "start <bad-checksum>"},
		"escape in lower case":            {line("1763723421.123456 1 a k=%c3"), "<malformed>"},
		"escape that needs none":          {line("1763723421.123456 1 a k=%41"), "<malformed>"},
		"escape cut":                      {line("1763723421.123456 1 a k=%4"), "<malformed>"},
		"raw tab":                         {line("1763723421.123456 1 a k=\t"), "<malformed>"},
		"raw tab beside an escape":        {line("1763723421.123456 1 a k=%20\t"), "<malformed>"},
		"no =":                            {line("1763723421.123456 1 a k"), "<malformed>"},
		"two spaces":                      {line("1763723421.123456 1 a  k=1"), "<malformed>"},
		"space at the end":                {line("1763723421.123456 1 a "), "<malformed>"},
		"kind in upper case":              {line("1763723421.123456 1 A"), "<malformed>"},
		"no kind":                         {line("1763723421.123456 1"), "<malformed>"},
		"pid with a zero":                 {line("1763723421.123456 01 a"), "<malformed>"},
		"pid 0":                           {line("1763723421.123456 0 a"), "<malformed>"},
		"pid too large":                   {line("1763723421.123456 4194305 a"), "<malformed>"},
		"pid no number":                   {line("1763723421.123456 1x a"), "<malformed>"},
		"nine digits of seconds":          {line("763723421.123456 1 a"), "<head-cut>"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := outline(t, c.text, Parse); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestParseLog(t *testing.T) {
	text := "booting…\n" + start + "2025-11-21T11:10:21.5Z " + hook + "GET / 200\n" + exit
	if got, want := outline(t, text, ParseLog), "<foreign> start <foreign> hook-begin <foreign> exit"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := outline(t, start[8:]+exit, ParseLog); got != "<foreign> exit" {
		t.Errorf("a log's first line is not suspected: %s", got)
	}
}

func TestOverflow(t *testing.T) {
	_, defects := Parse(start + "x\n" + full + exit)
	e, ok := Overflow(defects)
	if !ok || e.Get("k") != "http" || e.Offset != len(start)+2 || e.Time != at(1763723421300000) {
		t.Errorf("overflow entry: %v %v", e, ok)
	}
	if _, ok := Overflow(nil); ok {
		t.Error("an overflow out of nothing")
	}
}

func TestQueries(t *testing.T) {
	beat := line("1763723421.900000 1 beat n=0000042")
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, []byte(start+beat+hook+"x\n"+line("1763723421.5 1 a")+hook), 0o600); err != nil {
		t.Fatal(err)
	}
	entries, defects, err := ReadFile(path)
	if err != nil || len(defects) != 2 {
		t.Fatalf("%v %v", defects, err)
	}
	if n, when, ok := Beat(entries); n != 42 || !ok || when != at(1763723421900000) {
		t.Error("Beat")
	}
	first, _ := First(entries, "hook-begin")
	last, _ := Last(entries, "hook-begin")
	if first.Offset != len(start+beat) || last.Offset <= first.Offset {
		t.Error("First or Last")
	}
	if _, ok := First(entries, "nope"); ok {
		t.Error("First of a kind that is not there")
	}
	if _, _, ok := Beat(entries[:1]); ok {
		t.Error("no beat is no beat")
	}
	if _, _, err := ReadFile(path + "x"); err == nil || !strings.Contains(err.Error(), "reading the journal") {
		t.Errorf("error %v", err)
	}
	if got, want := defects[0].String(), `foreign at byte `; !strings.HasPrefix(got, want) {
		t.Errorf("defect as text: %s", got)
	}
}

// outline parses and checks what must always hold: order, full cover, and one spelling.
func outline(t *testing.T, text string, parse func(string) ([]Entry, []Defect)) string {
	t.Helper()
	entries, defects := parse(text)
	var words []string
	pos := 0
	for len(entries)+len(defects) > 0 {
		switch {
		case len(entries) > 0 && entries[0].Offset == pos:
			encoded, err := entries[0].Encode()
			if err != nil || !strings.HasPrefix(text[pos:], encoded) {
				t.Fatalf("entry at %d is encoded %q (%v), the text is %q", pos, encoded, err, text[pos:])
			}
			words = append(words, entries[0].Kind)
			pos += len(encoded)
			entries = entries[1:]
		case len(defects) > 0 && defects[0].Offset == pos && defects[0].Text != "":
			if !strings.HasPrefix(text[pos:], defects[0].Text) {
				t.Fatalf("defect %s is not the text there", defects[0])
			}
			words = append(words, "<"+string(defects[0].Reason)+">")
			pos += len(defects[0].Text)
			defects = defects[1:]
		default:
			t.Fatalf("nothing covers byte %d of %q; left: %v %v", pos, text, entries, defects)
		}
	}
	if pos != len(text) {
		t.Fatalf("covered %d of %d bytes of %q", pos, len(text), text)
	}
	return strings.Join(words, " ")
}

// pad is an entry of exactly n bytes.
func pad(n int) string {
	head := "1763723421.123456 1 pad k="
	return line(head + strings.Repeat("x", n-len(head)-4))
}
