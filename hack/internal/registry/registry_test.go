package registry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	for status, want := range map[int]string{200: "", 401: "", 403: "answers 403", 404: "answers 404", 503: "answers 503"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/v2/" {
				t.Errorf("asked the registry for %s %s", r.Method, r.URL.Path)
			}
			w.WriteHeader(status)
		}))
		err := Registry{Base: server.URL, Client: server.Client()}.Answers(t.Context())
		server.Close()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("status %d: error %v, want %q", status, err, want)
		}
	}
}

func TestDoesNotAnswer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	err := Registry{Base: server.URL}.Answers(t.Context())
	if err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("error %v", err)
	}
}
