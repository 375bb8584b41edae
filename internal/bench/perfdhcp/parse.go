package perfdhcp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Phase is what perfdhcp says of one of the two halves of the exchanges.
type Phase struct {
	Sent, Received, Drops int64
	Avg, Max              time.Duration // from question to answer
}

// Result is what perfdhcp says at its end.
type Result struct {
	Rate         float64 // exchanges of four messages that were completed, per second
	Offer, Ack   Phase
	Renewal      Phase         // zero without renewals
	Provisioning time.Duration // time until all clients of an avalanche were served
	Resent       int64         // messages that an avalanche sent again
	Lost         int64         // datagrams the kernel dropped at the generator's own socket; not of its output
}

// Dropped returns the share of questions that had no answer in time, 0 to 1, both
// halves taken together.
func (r *Result) Dropped() float64 {
	sent := r.Offer.Sent + r.Ack.Sent
	if sent == 0 {
		return 1
	}
	return float64(r.Offer.Drops+r.Ack.Drops) / float64(sent)
}

// Parse reads the output of a run. An output without statistics is an error that
// quotes its end.
func Parse(output []byte) (*Result, error) {
	r := &Result{}
	var phase *Phase
	phases := 0
	for sc := bufio.NewScanner(bytes.NewReader(output)); sc.Scan(); {
		line := strings.TrimSpace(sc.Text())
		var err error
		switch key, value, _ := strings.Cut(line, ":"); {
		case strings.HasPrefix(line, "***Statistics for"):
			if phase, err = r.phase(line); err == nil {
				phases++
			}
		case key == "Rate":
			r.Rate, err = number(value)
		case key == "Requests resent":
			r.Resent, err = count(value)
		case strings.HasPrefix(line, "It took "):
			r.Provisioning, err = provisioning(line)
		case phase == nil:
		case key == "sent packets":
			phase.Sent, err = count(value)
		case key == "received packets":
			phase.Received, err = count(value)
		case key == "drops":
			phase.Drops, err = count(value)
		case key == "avg delay":
			phase.Avg, err = milliseconds(value)
		case key == "max delay":
			phase.Max, err = milliseconds(value)
		}
		if err != nil {
			return nil, fmt.Errorf("parse %q: %w", line, err)
		}
	}
	if phases < 2 {
		return nil, fmt.Errorf("perfdhcp gave no statistics: %s", last(output))
	}
	return r, nil
}

func (r *Result) phase(line string) (*Phase, error) {
	switch strings.Trim(strings.TrimPrefix(line, "***Statistics for:"), " *") {
	case "DISCOVER-OFFER":
		return &r.Offer, nil
	case "REQUEST-ACK":
		return &r.Ack, nil
	case "REQUEST-ACK (renewal)":
		return &r.Renewal, nil
	}
	return nil, errors.New("unknown kind of exchange")
}

// number reads the number at the beginning of a text.
func number(text string) (float64, error) {
	first, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	return strconv.ParseFloat(first, 64)
}

func count(text string) (int64, error) { return strconv.ParseInt(strings.TrimSpace(text), 10, 64) }

// milliseconds reads "0.065 ms". Without any answer perfdhcp says "n/a" or gives no
// number at all, which is 0.
func milliseconds(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	if !strings.HasSuffix(text, " ms") {
		return 0, nil
	}
	ms, err := number(text)
	return time.Duration(ms * float64(time.Millisecond)), err
}

// provisioning reads "It took 00:00:04.455929 to provision 5000 clients."
func provisioning(line string) (time.Duration, error) {
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return 0, errors.New("no time")
	}
	parts := strings.Split(fields[2], ":")
	if len(parts) != 3 {
		return 0, errors.New("not a time of hours, minutes and seconds")
	}
	return time.ParseDuration(parts[0] + "h" + parts[1] + "m" + parts[2] + "s")
}

func last(output []byte) string {
	text := strings.TrimSpace(string(output))
	if len(text) > 300 {
		text = "…" + text[len(text)-300:]
	}
	if text == "" {
		return "no output"
	}
	return text
}
