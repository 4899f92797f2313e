package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestUsage(t *testing.T) {
	for name, tc := range map[string]struct {
		args string
		code int
		text string
	}{
		"help":            {"-h", 0, "-kubernetes version"},
		"unknown flag":    {"--kubernets v1.36.4", 2, "not defined: -kubernets"},
		"incomplete":      {"-kubernetes 1.36", 2, "write it like v1.36.4"},
		"stray arguments": {"v1.36.4", 2, `unexpected argument "v1.36.4"`},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), strings.Fields(tc.args), &stdout, &stderr)
			if code != tc.code || !strings.Contains(stderr.String(), tc.text) {
				t.Errorf("exit code %d, want %d; said %q, want %q", code, tc.code, stderr.String(), tc.text)
			}
			if stdout.Len() > 0 {
				t.Errorf("standard output %q, where only a reference may be", stdout.String())
			}
		})
	}
}
