package lookup

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"os"

	"rollcall/internal/config"
)

// Settings say whom to ask and how. The zero Settings ask nobody.
type Settings struct {
	leased  *config.Leased // whose Lookup is not nil; nil: nobody is asked
	headers map[string]string
}

// Load reads what a section needs besides itself: the file with headers. Without a Lookup in it, nobody is asked. The error is a
// *[config.Errors].
func Load(c *config.Leased) (Settings, error) {
	if c == nil || c.Lookup == nil {
		return Settings{}, nil
	}
	s := Settings{leased: c, headers: maps.Clone(c.Lookup.Headers)}
	if s.headers == nil {
		s.headers = map[string]string{}
	}
	if c.Lookup.HeadersFile != "" {
		more, err := readHeaders(c.Lookup.HeadersFile)
		if err != nil {
			hint := `it holds lines such as "Authorization: Bearer 0a1b", and leased must be able to read it`
			return Settings{}, &config.Errors{List: []config.Error{config.At(c.Path, c.Lookup.HeadersPos, hint, "headers_file: "+err.Error())}}
		}
		maps.Copy(s.headers, more)
	}
	return s, nil
}

// maxHeadersFile is what as many headers as there may be fit in, and comments.
const maxHeadersFile = 2 * config.MaxHeaders * config.MaxHeaderBytes

// readHeaders reads no more than can be headers, whatever the path turns out to be.
func readHeaders(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxHeadersFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxHeadersFile {
		return nil, errors.New(path + " is too large to hold headers")
	}
	headers, err := config.ParseHeaders(string(data))
	if err != nil {
		return nil, errors.New(path + ": " + err.Error())
	}
	return headers, nil
}

// alike reports whether the service is asked the same way, so that what it answered still counts.
func (s *Settings) alike(t *Settings) bool {
	if s.leased == nil || t.leased == nil {
		return false
	}
	a, b := s.leased.Lookup, t.leased.Lookup
	return a.URL == b.URL && a.Method == b.Method && maps.Equal(s.headers, t.headers)
}

// header returns what is sent with a request.
func (s *Settings) header() http.Header {
	h := http.Header{"User-Agent": {userAgent}, "Accept": {contentType}}
	if s.leased.Lookup.Method == http.MethodPost {
		h.Set("Content-Type", contentType)
	}
	for name, text := range s.headers {
		h.Set(name, text)
	}
	return h
}
