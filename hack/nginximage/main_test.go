package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestUsage(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		code int
		text string
	}{
		"help":           {[]string{"-h"}, 0, "-name"},
		"unknown flag":   {[]string{"-x"}, 2, "not defined: -x"},
		"empty name":     {[]string{"-name", ""}, 2, "empty"},
		"stray argument": {[]string{"nginx.tar"}, 2, "unexpected argument"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			if code := run(t.Context(), tc.args, &stderr); code != tc.code || !strings.Contains(stderr.String(), tc.text) {
				t.Errorf("exit code %d, want %d; said %q, want %q", code, tc.code, stderr.String(), tc.text)
			}
		})
	}
}
