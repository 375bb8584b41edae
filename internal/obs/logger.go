package obs

import (
	"io"
	"log/slog"
)

// The log formats that [NewLogger] knows.
const (
	FormatText = "text"
	FormatJSON = "json"
)

// NewLogger returns a logger that writes one record a line to w. Format is [FormatText] or [FormatJSON]; any other value, which
// configuration refuses before it gets here, means text. Pass a *slog.LevelVar as level to change it while the process runs.
func NewLogger(w io.Writer, level slog.Leveler, format string) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	if format == FormatJSON {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// OrDiscard returns log, or a logger that drops everything if log is nil.
func OrDiscard(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}
