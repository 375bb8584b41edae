package store

import (
	"fmt"
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
	rec.Boot, rec.Netboot = bootRecord(d.Boot), uint32(d.Netboot)
	for _, name := range d.Classes {
		rec.Classes = append(rec.Classes, text(name))
	}
	rec.Extra = texts(d.Extra)
}

// detailsOf reads what putDetails wrote; nil for nothing.
func detailsOf(rec *storagev1.ReservationRecord, id string) (*engine.Details, error) {
	if len(rec.GetOptions()) == 0 && rec.GetBoot() == nil && len(rec.GetClasses()) == 0 && len(rec.GetExtra()) == 0 &&
		rec.GetNetboot() == 0 {
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
	var err error
	if d.Boot, err = bootOf(rec.GetBoot()); err != nil {
		return nil, err
	}
	if rec.GetNetboot() > uint32(boot.Local) {
		return nil, fmt.Errorf("the unknown intent %d for booting", rec.GetNetboot())
	}
	d.Netboot = boot.Netboot(rec.GetNetboot())
	if d.Empty() {
		return nil, nil
	}
	d.SaidBy(id)
	return d, nil
}
