package journal

import (
	"os"
	"strings"
	"testing"
	"time"
)

func at(us int64) time.Time { return time.UnixMicro(us).UTC() }

func TestCRC8(t *testing.T) {
	if got := crc8("123456789"); got != 0xF4 { // check value of CRC-8/SMBUS in the catalogue of parametrised CRCs
		t.Errorf("crc8 = %02X, want F4", got)
	}
}

func TestEncode(t *testing.T) {
	stamp := at(1763723421123456)
	cases := map[string]struct {
		entry Entry
		want  string // without checksum; or the error if it begins with "!"
	}{
		"plain":            {Entry{Time: stamp, PID: 1, Kind: "start", Fields: []Field{F("v", 1), F("instance", 1)}}, "1763723421.123456 1 start v=1 instance=1"},
		"no fields":        {Entry{Time: stamp, PID: 4194304, Kind: "clean"}, "1763723421.123456 4194304 clean"},
		"empty value":      {Entry{Time: stamp, PID: 1, Kind: "a", Fields: []Field{F("b", "")}}, "1763723421.123456 1 a b="},
		"escapes":          {Entry{Time: stamp, PID: 1, Kind: "a", Fields: []Field{F("b", "x y%*=\n\x00é~!")}}, "1763723421.123456 1 a b=x%20y%25%2A%3D%0A%00%C3%A9~!"},
		"repeated key":     {Entry{Time: stamp, PID: 1, Kind: "a", Fields: []Field{F("h", 1), F("h", 2)}}, "1763723421.123456 1 a h=1 h=2"},
		"seconds":          {Entry{Time: stamp, PID: 1, Kind: "a", Fields: []Field{Seconds("d", 412*time.Millisecond)}}, "1763723421.123456 1 a d=0.412"},
		"epoch":            {Entry{Time: at(5), PID: 1, Kind: "a"}, "0000000000.000005 1 a"},
		"last µs of 2286":  {Entry{Time: at(maxMicros), PID: 1, Kind: "a"}, "9999999999.999999 1 a"},
		"too late":         {Entry{Time: at(maxMicros + 1), PID: 1, Kind: "a"}, "!does not fit ten digits"},
		"too early":        {Entry{Time: at(-1), PID: 1, Kind: "a"}, "!does not fit ten digits"},
		"pid 0":            {Entry{Time: stamp, Kind: "a"}, "!pid 0"},
		"kind with space":  {Entry{Time: stamp, PID: 1, Kind: "a b"}, `!kind "a b" is not`},
		"kind is a number": {Entry{Time: stamp, PID: 1, Kind: "1"}, `!kind "1" is not`},
		"no kind":          {Entry{Time: stamp, PID: 1}, `!kind "" is not`},
		"bad key":          {Entry{Time: stamp, PID: 1, Kind: "a", Fields: []Field{F("K", 1)}}, `!key "K" of a a entry`},
		"too long":         {Entry{Time: stamp, PID: 1, Kind: "a", Fields: []Field{F("k", strings.Repeat("x", MaxEntry))}}, "!longer than 4096"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			line, err := c.entry.Encode()
			if msg, bad := strings.CutPrefix(c.want, "!"); bad {
				if err == nil || !strings.Contains(err.Error(), msg) {
					t.Fatalf("error %v, want one with %q", err, msg)
				}
				if c.entry.String() != err.Error() {
					t.Errorf("String() = %q does not tell the error", c.entry.String())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if body := line[:len(line)-4]; body != c.want || line[len(line)-4] != '*' || !strings.HasSuffix(line, "\n") {
				t.Fatalf("got %q, want %q", line, c.want)
			}
			entries, defects := Parse(line)
			if len(entries) != 1 || len(defects) != 0 {
				t.Fatalf("parsed as %v and %v", entries, defects)
			}
			if back, _ := entries[0].Encode(); back != line {
				t.Errorf("encoded again: %q", back)
			}
			if !entries[0].Time.Equal(c.entry.Time) {
				t.Errorf("time %v", entries[0].Time)
			}
		})
	}
}

func TestEntryFields(t *testing.T) {
	e := Entry{Fields: []Field{F("h", "a:1"), F("n", 7), F("h", "b:2"), F("x", "")}}
	if e.Get("h") != "a:1" || e.Get("nope") != "" || strings.Join(e.All("h"), ",") != "a:1,b:2" {
		t.Error("Get or All")
	}
	if _, ok := e.Lookup("x"); !ok {
		t.Error("an empty value is a value")
	}
	if _, ok := e.Lookup("nope"); ok {
		t.Error("a missing field is none")
	}
	if n, ok := e.Int("n"); n != 7 || !ok {
		t.Error("Int")
	}
	if _, ok := e.Int("h"); ok {
		t.Error("Int of a word")
	}
	if EscapedLen("a b=") != 8 {
		t.Error("EscapedLen")
	}
}

// The example in the package's documentation is a real line.
func TestDocumentedExample(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(doc), "\n") {
		if text := strings.TrimLeft(line, "/\t "); startsEntry(text) {
			if _, defects := Parse(text + "\n"); len(defects) > 0 {
				t.Errorf("%s: want *%02X", defects[0], crc8(text[:strings.IndexByte(text, '*')]))
			}
			return
		}
	}
	t.Error("doc.go shows no example")
}
