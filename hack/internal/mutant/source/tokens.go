package source

import (
	"errors"
	"go/scanner"
	"go/token"
	"slices"
)

// lexeme is one token of a text, which begins and ends at these offsets.
type lexeme struct {
	kind     token.Token
	text     string
	from, to int
}

func (l lexeme) same(other lexeme) bool { return l.kind == other.kind && l.text == other.text }

// lexemes splits a text into tokens. Comments are none, nor are the semicolons that line breaks stand for.
func lexemes(text []byte) ([]lexeme, error) {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var errs []error
	var s scanner.Scanner
	s.Init(file, text, func(_ token.Position, msg string) { errs = append(errs, errors.New(msg)) }, 0)
	var all []lexeme
	for {
		pos, kind, literal := s.Scan()
		if kind == token.EOF {
			return all, errors.Join(errs...)
		}
		if kind == token.SEMICOLON && literal != ";" {
			continue
		}
		if literal == "" {
			literal = kind.String() // an operator
		}
		from := file.Offset(pos)
		all = append(all, lexeme{kind: kind, text: literal, from: from, to: from + len(literal)})
	}
}

// occurrences returns where the tokens of want stand one after the other: index of the first one.
func occurrences(all, want []lexeme) []int {
	var found []int
	for i := 0; i+len(want) <= len(all); i++ {
		if slices.EqualFunc(all[i:i+len(want)], want, lexeme.same) {
			found = append(found, i)
		}
	}
	return found
}

// uses tells whether the text has name followed by a dot, as a use of an import has it.
func uses(text []byte, name string) bool {
	all, _ := lexemes(text) // what is no Go has been complained about
	for i := range len(all) - 1 {
		if all[i].kind == token.IDENT && all[i].text == name && all[i+1].kind == token.PERIOD {
			return true
		}
	}
	return false
}
