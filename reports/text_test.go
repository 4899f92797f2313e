package reports

import (
	"slices"
	"testing"
	"time"
	"unicode/utf8"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"äöüß", 3, "äö…"}, {"one two", 5, "one…"}, {"x", 0, ""}, {"", 0, ""},
	} {
		if got := cut(c.in, c.width); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func TestCapBytes(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
		gone  int
	}{
		{"abc", 3, "abc", 0}, {"abcd", 3, "abc", 1}, {"aä", 2, "a", 2}, {"a", -1, "", 1}, {"\xff\xff", 1, "\xff", 1},
	} {
		if got, gone := capBytes(c.in, c.limit); got != c.want || gone != c.gone {
			t.Errorf("capBytes(%q, %d) = %q, %d; want %q, %d", c.in, c.limit, got, gone, c.want, c.gone)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, nil},
		{"one two three", 7, []string{"one two", "three"}},
		{"a verylongword b", 5, []string{"a", "verylongword", "b"}},
		{"ää öö", 5, []string{"ää öö"}},
		{" a \n b ", 9, []string{"a b"}},
	} {
		if got := wrap(c.in, c.width); !slices.Equal(got, c.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func TestXMLText(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb\nc\rd":               "a\tb\nc\rd",
		"\x00\x08\x0b\x1b[31m\x1f": "[31m",
		"\ufffe\uffff":             "",
		"\U0001F600 ä":             "\U0001F600 ä",
		"\xff":                     string(utf8.RuneError),
	} {
		if got := xmlText(in); got != want {
			t.Errorf("xmlText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHuman(t *testing.T) {
	for in, want := range map[time.Duration]string{
		420 * time.Millisecond:  "0.4s",
		9940 * time.Millisecond: "9.9s",
		9960 * time.Millisecond: "10s",
		192 * time.Second:       "3m12s",
		2 * time.Hour:           "2h0m0s",
	} {
		if got := human(in); got != want {
			t.Errorf("human(%s) = %s, want %s", in, got, want)
		}
	}
}
