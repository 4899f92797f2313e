package journal

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Version is the format version, which the start entry carries as v=.
const Version = 1

// MaxEntry bounds an encoded entry, newline included, in bytes. It is the whole of what a termination message can hold,
// and PIPE_BUF of Linux: a write of this size to the log's pipe is not interleaved with others (pipe(7)).
const MaxEntry = 4096

// Kinds that this package itself writes or reads. The other kinds belong to the program that writes them.
const (
	KindStart    = "start"    // PID 1: the signal handlers are in place
	KindBeat     = "beat"     // rewritten in place: time of the last beat, n = number of beats
	KindStall    = "stall"    // d = seconds that a beat came late
	KindOverflow = "overflow" // k = kind of the first entry that found no room (cut to fit the reserve)
	KindLost     = "lost"     // log only: k = kind, n = how many entries this process could not place so far
)

// Field is one key=value of an entry; Value is unescaped.
type Field struct {
	Key   string
	Value string
}

// F makes a field from any printable value.
func F(key string, value any) Field { return Field{Key: key, Value: fmt.Sprint(value)} }

// Seconds makes a field whose value is d in seconds, to the millisecond.
func Seconds(key string, d time.Duration) Field {
	return Field{Key: key, Value: strconv.FormatFloat(d.Seconds(), 'f', 3, 64)}
}

// Entry is one line of a journal.
type Entry struct {
	// Offset is the entry's place in the parsed text, in bytes. The writer ignores it.
	Offset int
	// Time is the node's wall clock when the entry was made, in UTC, to the µs.
	Time time.Time
	// PID of the writer in its own PID namespace. Not always 1 for the application: see shareProcessNamespace.
	PID    int
	Kind   string
	Fields []Field
}

// Get returns the value of the first field of that key, or "".
func (e Entry) Get(key string) string {
	v, _ := e.Lookup(key)
	return v
}

// Lookup returns the value of the first field of that key, and whether there is one.
func (e Entry) Lookup(key string) (string, bool) {
	for _, f := range e.Fields {
		if f.Key == key {
			return f.Value, true
		}
	}
	return "", false
}

// All returns the values of every field of that key, in order.
func (e Entry) All(key string) []string {
	var all []string
	for _, f := range e.Fields {
		if f.Key == key {
			all = append(all, f.Value)
		}
	}
	return all
}

// Int returns the value of the first field of that key as a decimal integer; ok is false without such a field.
func (e Entry) Int(key string) (n int, ok bool) {
	n, err := strconv.Atoi(e.Get(key))
	return n, err == nil
}

// Encode returns the line, newline included. It fails on a kind, key or PID that the format cannot carry, on a time
// outside the ten digits of seconds (1970 to 2286), and on an entry longer than [MaxEntry].
func (e Entry) Encode() (string, error) {
	if !isWord(e.Kind) {
		return "", fmt.Errorf("journal: kind %q is not a lower-case word", e.Kind)
	}
	if e.PID < 1 || e.PID > maxPID {
		return "", fmt.Errorf("journal: pid %d of a %s entry is outside 1..%d", e.PID, e.Kind, maxPID)
	}
	us := e.Time.UnixMicro()
	if us < 0 || us > maxMicros {
		return "", fmt.Errorf("journal: time %v of a %s entry does not fit ten digits of seconds", e.Time, e.Kind)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%010d.%06d %d %s", us/1e6, us%1e6, e.PID, e.Kind)
	for _, f := range e.Fields {
		if !isWord(f.Key) {
			return "", fmt.Errorf("journal: key %q of a %s entry is not a lower-case word", f.Key, e.Kind)
		}
		b.WriteByte(' ')
		b.WriteString(f.Key)
		b.WriteByte('=')
		escape(&b, f.Value)
	}
	fmt.Fprintf(&b, "*%02X\n", crc8(b.String()))
	if b.Len() > MaxEntry {
		return "", fmt.Errorf("journal: a %s entry of %d bytes is longer than %d", e.Kind, b.Len(), MaxEntry)
	}
	return b.String(), nil
}

// String is the encoded line without its newline, for messages; an entry that cannot be encoded says why.
func (e Entry) String() string {
	line, err := e.Encode()
	if err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(line, "\n")
}

const (
	maxPID    = 4194304            // PID_MAX_LIMIT of 64-bit Linux, proc(5)
	maxMicros = 1e10*1e6 - 1       // ten digits of seconds
	hexDigits = "0123456789ABCDEF" // upper case only: one spelling
)

// isWord reports whether s is a lower-case word of letters, digits and dashes that begins with a letter.
func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || c != '-' && !isDigit(c)) {
			return false
		}
	}
	return s != ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// raw reports whether c stands for itself in a value.
func raw(c byte) bool { return '!' <= c && c <= '~' && c != '%' && c != '*' && c != '=' }

// EscapedLen is the number of bytes that value takes when encoded.
func EscapedLen(value string) int {
	n := len(value)
	for i := 0; i < len(value); i++ {
		if !raw(value[i]) {
			n += 2
		}
	}
	return n
}

func escape(b *strings.Builder, value string) {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if raw(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
}

// unescape undoes escape; ok is false for any spelling that escape would not have produced.
func unescape(s string) (value string, ok bool) {
	if strings.IndexByte(s, '%') < 0 {
		for i := 0; i < len(s); i++ {
			if !raw(s[i]) {
				return "", false
			}
		}
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '%' {
			if !raw(c) {
				return "", false
			}
			b.WriteByte(c)
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		hi, lo := strings.IndexByte(hexDigits, s[i+1]), strings.IndexByte(hexDigits, s[i+2])
		if hi < 0 || lo < 0 || raw(byte(hi<<4|lo)) {
			return "", false
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	return b.String(), true
}

// crc8 is CRC-8/SMBUS: polynomial x⁸+x²+x+1, start 0, not reflected; of "123456789" it is F4.
func crc8(s string) byte {
	var crc byte
	for i := 0; i < len(s); i++ {
		crc ^= s[i]
		for range 8 {
			if crc&0x80 != 0 {
				crc = crc<<1 ^ 0x07
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
