package reports

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// oneLine returns s with each run of white space as one space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// cut returns s in at most width runes, with an ellipsis where some are gone.
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	return strings.TrimRight(string([]rune(s)[:width-1]), " ") + "…"
}

// capBytes returns s in at most limit bytes, cut between runes, and how many
// bytes are gone.
func capBytes(s string, limit int) (string, int) {
	if len(s) <= limit {
		return s, 0
	}
	end := max(limit, 0)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], len(s) - end
}

// wrap breaks s into lines of at most width runes at spaces. A longer word gets
// a line of its own.
func wrap(s string, width int) []string {
	var lines []string
	line, length := "", 0
	for _, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case length == 0:
			line, length = word, n
		case length+1+n > width:
			lines = append(lines, line)
			line, length = word, n
		default:
			line, length = line+" "+word, length+1+n
		}
	}
	if length > 0 {
		lines = append(lines, line)
	}
	return lines
}

// printable removes what could steer a terminal: a pod's own words stand in
// reasons and timelines. Line feeds and tabs stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

// xmlText removes what XML 1.0 does not allow, even escaped: production [2] Char
// of https://www.w3.org/TR/xml/#charsets. Bytes that are not UTF-8 become U+FFFD.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r',
			r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000 && r <= 0x10FFFF:
			return r
		default:
			return -1
		}
	}, s)
}

// human returns a duration for people: 0.4s, 18s, 3m12s.
func human(d time.Duration) string {
	if d < 9950*time.Millisecond {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// seconds is a number of seconds as a duration.
func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// plural returns "1 requirement" or "n requirements".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
