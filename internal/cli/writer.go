package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// rows writes things of one kind as they come. close ends the document; nothing may be complete before it.
type rows[T any] interface {
	row(T) error
	close() error
}

// newRows returns the writer of a format. Tables hold all rows back until close, because the widths are not known
// before; JSON and CSV hold back nothing, so a list of any length needs no memory here.
func newRows[T any](w io.Writer, f format, cols []column[T], now time.Time) rows[T] {
	switch f {
	case formatJSON:
		return &jsonArray[T]{w: w, cols: cols}
	case formatCSV:
		return &csvRows[T]{w: csv.NewWriter(w), cols: cols}
	default:
		return &table[T]{w: w, cols: cols, now: now}
	}
}

// jsonArray writes one array with an object on each line.
type jsonArray[T any] struct {
	w    io.Writer
	cols []column[T]
	n    int
}

func (j *jsonArray[T]) row(v T) error {
	sep := ",\n  "
	if j.n == 0 {
		sep = "[\n  "
	}
	j.n++
	b, err := jsonObject(j.cols, v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, "%s%s", sep, b)
	return err
}

func (j *jsonArray[T]) close() error {
	end := "\n]\n"
	if j.n == 0 {
		end = "[]\n"
	}
	_, err := io.WriteString(j.w, end)
	return err
}

// jsonLines writes an object a line: what a stream without end needs.
type jsonLines[T any] struct {
	w    io.Writer
	cols []column[T]
}

func (j *jsonLines[T]) row(v T) error {
	b, err := jsonObject(j.cols, v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, "%s\n", b)
	return err
}

func (j *jsonLines[T]) close() error { return nil }

// jsonObject writes a thing as a JSON object with its keys in the order of the columns.
func jsonObject[T any](cols []column[T], v T) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // this is no web page, and <script> is a host name like any other
	b.WriteByte('{')
	for i, c := range cols {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q: ", c.key)
		x := jsonValue(c.value(v))
		if raw, ok := x.(json.RawMessage); ok {
			b.Write(raw) // Encode would take out the spaces
			continue
		}
		if err := enc.Encode(x); err != nil {
			return nil, fmt.Errorf("encode %s: %w", c.key, err)
		}
		b.Truncate(b.Len() - 1) // the newline that Encode adds
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// csvRows writes RFC 4180 with a header.
type csvRows[T any] struct {
	w      *csv.Writer
	cols   []column[T]
	headed bool
	record []string
}

func (c *csvRows[T]) head() error {
	if c.headed {
		return nil
	}
	c.headed = true
	c.record = c.record[:0]
	for _, col := range c.cols {
		c.record = append(c.record, col.key)
	}
	return c.w.Write(c.record)
}

func (c *csvRows[T]) row(v T) error {
	if err := c.head(); err != nil {
		return err
	}
	c.record = c.record[:0]
	for _, col := range c.cols {
		c.record = append(c.record, plain(col.value(v)))
	}
	return c.w.Write(c.record)
}

func (c *csvRows[T]) close() error {
	if err := c.head(); err != nil {
		return err
	}
	c.w.Flush()
	return c.w.Error()
}

// flush passes on what is complete so far: for streams.
func (c *csvRows[T]) flush() error {
	c.w.Flush()
	return c.w.Error()
}
