package journal

import (
	"strconv"
	"strings"
	"time"
)

// Reason says what is wrong with the bytes of a [Defect].
type Reason string

// The reasons, each with its usual cause.
const (
	// ReasonTorn: an entry without its newline. The status was cut (normalizeStatus), or the disk was full.
	ReasonTorn Reason = "torn"
	// ReasonHeadCut: the text begins inside an entry. Only the last 4096 bytes of the file were kept.
	ReasonHeadCut Reason = "head-cut"
	// ReasonChecksum: a whole line that looks like an entry, and its bytes are not what was written.
	ReasonChecksum Reason = "bad-checksum"
	// ReasonGlued: the bytes of two writers in one line.
	ReasonGlued Reason = "glued"
	// ReasonMalformed: the checksum is right and the content is not of this format version.
	ReasonMalformed Reason = "malformed"
	// ReasonTooLong: a line longer than MaxEntry.
	ReasonTooLong Reason = "too-long"
	// ReasonForeign: text that never was an entry: a runtime's error, another program's output.
	ReasonForeign Reason = "foreign"
	// ReasonOverflow: an intact overflow entry. From here on entries may be missing; see [Overflow].
	ReasonOverflow Reason = "overflow"
)

// Defect is a run of bytes which is not an entry, or which says that entries are missing.
type Defect struct {
	Offset int    // place in the parsed text, in bytes
	Text   string // the bytes themselves, newline included
	Reason Reason
}

// String is for messages: reason, offset, and the text quoted and shortened.
func (d Defect) String() string {
	text := d.Text
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	return string(d.Reason) + " at byte " + strconv.Itoa(d.Offset) + ": " + strconv.Quote(text)
}

// Parse reads a termination message. Entries and defects come in the order of the text and together cover every byte of
// it exactly once. It never fails: text that is no journal at all is a journal of defects.
func Parse(message string) ([]Entry, []Defect) { return parse(message, true) }

// ParseLog reads a container log, in which journal lines stand among other text. It is [Parse], except that the first
// line is not suspected of being cut off. In a log, defects of [ReasonForeign] are simply the other text.
func ParseLog(log string) ([]Entry, []Defect) { return parse(log, false) }

// Overflow returns the first overflow entry among the defects: when the journal was full, and (k=) for what.
func Overflow(defects []Defect) (Entry, bool) {
	for _, d := range defects {
		if d.Reason != ReasonOverflow {
			continue
		}
		if e, reason := parseEntry(d.Text); reason == "" {
			e.Offset = d.Offset
			return e, true
		}
	}
	return Entry{}, false
}

func parse(text string, headMayBeCut bool) (entries []Entry, defects []Defect) {
	keep := func(e Entry, offset, end int) {
		if e.Kind == KindOverflow {
			defects = append(defects, Defect{Offset: offset, Text: text[offset:end], Reason: ReasonOverflow})
			return
		}
		e.Offset = offset
		entries = append(entries, e)
	}
	for pos := 0; pos < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		line := text[pos:end]
		e, reason := parseEntry(line)
		if reason == "" {
			keep(e, pos, end)
			pos = end
			continue
		}
		e, at := resync(line)
		if at < 0 {
			at = len(line)
		} else if startsEntry(line) {
			reason = ReasonGlued
		} else {
			reason = ReasonForeign
		}
		damaged := line[:at]
		if headMayBeCut && pos == 0 && reason == ReasonForeign && (endsEntry(damaged) || len(text) == MaxEntry) {
			reason = ReasonHeadCut
		}
		defects = append(defects, Defect{Offset: pos, Text: damaged, Reason: reason})
		if at < len(line) {
			keep(e, pos+at, end)
		}
		pos = end
	}
	return entries, defects
}

// resync looks for an intact entry that begins inside a damaged line; at is -1 if there is none.
func resync(line string) (e Entry, at int) {
	for at = max(1, len(line)-MaxEntry); at < len(line); at++ {
		if startsEntry(line[at:]) {
			if e, reason := parseEntry(line[at:]); reason == "" {
				return e, at
			}
		}
	}
	return Entry{}, -1
}

// parseEntry reads one line; reason is empty when the line is an entry.
func parseEntry(line string) (e Entry, reason Reason) {
	switch {
	case len(line) > MaxEntry:
		return e, ReasonTooLong
	case !startsEntry(line):
		return e, ReasonForeign
	case !strings.HasSuffix(line, "\n"):
		return e, ReasonTorn
	case !endsEntry(line):
		return e, ReasonChecksum
	}
	body, sum := line[:len(line)-4], line[len(line)-3:len(line)-1]
	if strings.IndexByte(body, '*') >= 0 { // a value never holds a raw '*': here a second entry ends
		return e, ReasonGlued
	}
	if crc := crc8(body); sum[0] != hexDigits[crc>>4] || sum[1] != hexDigits[crc&15] {
		if resembles(body[1:]) {
			return e, ReasonGlued
		}
		return e, ReasonChecksum
	}
	words := strings.Split(body, " ")
	if len(words) < 3 || !isWord(words[2]) {
		return e, ReasonMalformed
	}
	seconds, _ := strconv.ParseInt(words[0][:10], 10, 64) // digits: startsEntry has looked
	micros, _ := strconv.ParseInt(words[0][11:], 10, 64)
	pid, err := strconv.Atoi(words[1])
	if err != nil || pid < 1 || pid > maxPID || strconv.Itoa(pid) != words[1] {
		return e, ReasonMalformed
	}
	e = Entry{Time: time.UnixMicro(seconds*1e6 + micros).UTC(), PID: pid, Kind: words[2]}
	for _, w := range words[3:] {
		key, escaped, ok := strings.Cut(w, "=")
		value, canonical := unescape(escaped)
		if !ok || !canonical || !isWord(key) {
			return Entry{}, ReasonMalformed
		}
		e.Fields = append(e.Fields, Field{Key: key, Value: value})
	}
	return e, ""
}

// startsEntry reports whether s begins with a time, a space and a digit: "1763723421.123456 1".
func startsEntry(s string) bool {
	const seconds, micros = 10, 6
	if len(s) < seconds+1+micros+2 || s[seconds] != '.' || s[seconds+1+micros] != ' ' {
		return false
	}
	for i := range seconds + 1 + micros {
		if i != seconds && !isDigit(s[i]) {
			return false
		}
	}
	return isDigit(s[seconds+1+micros+1])
}

// endsEntry reports whether s ends with a checksum and a newline.
func endsEntry(s string) bool {
	n := len(s)
	return n >= 4 && s[n-1] == '\n' && s[n-4] == '*' &&
		strings.IndexByte(hexDigits, s[n-3]) >= 0 && strings.IndexByte(hexDigits, s[n-2]) >= 0
}

// resembles reports whether an entry seems to begin somewhere in s.
func resembles(s string) bool {
	for i := range s {
		if startsEntry(s[i:]) {
			return true
		}
	}
	return false
}
