package reports

import (
	"io"
	"os"

	"golang.org/x/term"
)

// minWidth is the narrowest terminal that the outputs are laid out for.
const minWidth = 80

// IsTerminal says whether w is a terminal whose lines can be rewritten. getenv
// is os.Getenv but in tests; TERM=dumb cannot move its cursor.
func IsTerminal(w io.Writer, getenv func(string) string) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) && getenv("TERM") != "dumb"
}

// UseColour says whether w should get colours: a terminal, and NO_COLOR is
// unset or empty (https://no-color.org).
func UseColour(w io.Writer, getenv func(string) string) bool {
	return IsTerminal(w, getenv) && getenv("NO_COLOR") == ""
}

// Width returns how many columns the terminal w has now; 0 where w is none.
func Width(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}
