package store

import (
	"fmt"
	"net/netip"
	"slices"

	"rollcall/internal/option"
	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// putDetails writes what only some reservations have into a record.
func putDetails(rec *storagev1.ReservationRecord, d *engine.Details) {
	for _, o := range d.Options.All() {
		rec.Options = append(rec.Options, &storagev1.OptionRecord{
			Code: uint32(o.Code), Value: o.Value, Send: storagev1.OptionRecord_Send(o.Send),
		})
	}
	rec.Boot = bootRecord(d.Boot)
	for _, name := range d.Classes {
		rec.Classes = append(rec.Classes, text(name))
	}
	rec.Extra = texts(d.Extra)
}

func bootRecord(b *boot.Settings) *storagev1.BootRecord {
	if b == nil {
		return nil
	}
	rec := &storagev1.BootRecord{ServerName: textField(b.ServerName), File: textField(b.File)}
	if b.Server.Set {
		ip := uint32(engine.IPOf(b.Server.V))
		rec.Server = &ip
	}
	return rec
}

func bootOf(rec *storagev1.BootRecord) *boot.Settings {
	if rec == nil {
		return nil
	}
	b := &boot.Settings{}
	if rec.Server != nil {
		b.Server = boot.Says(netip.IPv4Unspecified(), "")
		if ip := engine.IP(rec.GetServer()); ip != 0 {
			b.Server.V = ip.Addr()
		}
	}
	if rec.ServerName != nil {
		b.ServerName = boot.Says(rec.GetServerName(), "")
	}
	if rec.File != nil {
		b.File = boot.Says(rec.GetFile(), "")
	}
	return b
}

func textField(s boot.Value[string]) *string {
	if !s.Set {
		return nil
	}
	valid := text(s.V)
	return &valid
}

// detailsOf reads what putDetails wrote; nil for nothing.
func detailsOf(rec *storagev1.ReservationRecord, id string) (*engine.Details, error) {
	if len(rec.GetOptions()) == 0 && rec.GetBoot() == nil && len(rec.GetClasses()) == 0 && len(rec.GetExtra()) == 0 {
		return nil, nil
	}
	d := &engine.Details{Classes: rec.GetClasses(), Extra: rec.GetExtra()}
	var list []engine.Option
	for _, o := range rec.GetOptions() {
		code := option.Code(o.GetCode())
		switch {
		case o.GetCode() <= uint32(option.Pad) || o.GetCode() >= uint32(option.End):
			return nil, fmt.Errorf("%d is no code of an option", o.GetCode())
		case o.GetSend() < 0 || o.GetSend() > storagev1.OptionRecord_SEND_REQUESTED:
			return nil, fmt.Errorf("option %d is sent in the unknown manner %d", o.GetCode(), o.GetSend())
		case slices.ContainsFunc(list, func(have engine.Option) bool { return have.Code == code }):
			return nil, fmt.Errorf("option %d is there twice", o.GetCode())
		}
		list = append(list, engine.Option{Code: code, Value: o.Value, Send: engine.Send(o.GetSend())})
	}
	d.Options = engine.NewOptions(list)
	d.Boot = bootOf(rec.GetBoot())
	if d.Empty() {
		return nil, nil
	}
	d.SaidBy(id)
	return d, nil
}
