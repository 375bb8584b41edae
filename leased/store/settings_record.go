package store

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"rollcall/internal/arch"
	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// bootRecord writes what a reservation says of booting; nil for nothing.
func bootRecord(b *boot.Settings) *storagev1.BootRecord {
	if b == nil {
		return nil
	}
	rec := &storagev1.BootRecord{
		ServerName: textField(b.ServerName), File: textField(b.File), Files: filesRecord(b.Files), Http: filesRecord(b.HTTP),
		Ipxe: textField(b.IPXE), Menu: menuRecord(b.Menu),
	}
	if b.Server.Set {
		ip := uint32(engine.IPOf(b.Server.V))
		rec.Server = &ip
	}
	if b.Style.Set {
		rec.Style = uint32(b.Style.V) + 1
	}
	if b.Quirk.Set {
		rec.Quirk = uint32(b.Quirk.V) + 1
	}
	if b.Delay.Set {
		ms := uint32(b.Delay.V.Milliseconds())
		rec.Delay = &ms
	}
	if b.NoProxyWait.Set {
		rec.NoProxyWait = &b.NoProxyWait.V
	}
	return rec
}

func textField(s boot.Value[string]) *string {
	if !s.Set {
		return nil
	}
	valid := text(s.V)
	return &valid
}

func filesRecord(files []boot.FirmwareFile) map[uint32]string {
	if len(files) == 0 {
		return nil
	}
	m := map[uint32]string{}
	for _, f := range files {
		m[uint32(f.Firmware)] = text(f.V)
	}
	return m
}

func menuRecord(v boot.Value[*boot.Menu]) *storagev1.BootMenuRecord {
	switch {
	case !v.Set:
		return nil
	case v.V == nil:
		return &storagev1.BootMenuRecord{}
	}
	rec := &storagev1.BootMenuRecord{Prompt: text(v.V.Prompt), Timeout: uint32(v.V.Timeout)}
	for _, item := range v.V.Items {
		rec.Items = append(rec.Items, &storagev1.BootMenuItemRecord{
			Type: uint32(item.Type), Text: text(item.Text), File: text(item.File), Server: uint32(engine.IPOf(item.Server)),
		})
	}
	return rec
}

// bootOf reads what bootRecord wrote.
func bootOf(rec *storagev1.BootRecord) (_ *boot.Settings, err error) {
	if rec == nil {
		return nil, nil
	}
	b := &boot.Settings{ServerName: said(rec.ServerName), File: said(rec.File), IPXE: said(rec.Ipxe), NoProxyWait: said(rec.NoProxyWait)}
	if rec.Server != nil {
		b.Server = boot.Says(netip.IPv4Unspecified(), "")
		if ip := engine.IP(rec.GetServer()); ip != 0 {
			b.Server.V = ip.Addr()
		}
	}
	if rec.Delay != nil {
		b.Delay = boot.Says(time.Duration(rec.GetDelay())*time.Millisecond, "")
	}
	if b.Style, err = numbered(rec.GetStyle(), boot.PXE, "style"); err != nil {
		return nil, err
	}
	if b.Quirk, err = numbered(rec.GetQuirk(), boot.QuirkAmpere, "quirk"); err != nil {
		return nil, err
	}
	if b.Files, err = filesOf(rec.GetFiles()); err != nil {
		return nil, err
	}
	if b.HTTP, err = filesOf(rec.GetHttp()); err != nil {
		return nil, err
	}
	b.Menu, err = menuOf(rec.GetMenu())
	return b, err
}

func said[T any](v *T) (s boot.Value[T]) {
	if v == nil {
		return s
	}
	return boot.Says(*v, "")
}

// numbered reads what is written as 1 more than its number, of which last is the greatest.
func numbered[T ~uint8](n uint32, last T, what string) (v boot.Value[T], err error) {
	switch {
	case n == 0:
		return v, nil
	case n-1 > uint32(last):
		return v, fmt.Errorf("the unknown boot %s %d", what, n)
	}
	return boot.Says(T(n-1), ""), nil
}

func filesOf(m map[uint32]string) (files []boot.FirmwareFile, err error) {
	for code, name := range m {
		if code > math.MaxUint16 {
			return nil, fmt.Errorf("%d is no architecture", code)
		}
		files = append(files, boot.FirmwareFile{Firmware: arch.Firmware(code), Value: boot.Says(name, "")})
	}
	slices.SortFunc(files, func(a, b boot.FirmwareFile) int { return cmp.Compare(a.Firmware, b.Firmware) })
	return files, nil
}

func menuOf(rec *storagev1.BootMenuRecord) (v boot.Value[*boot.Menu], err error) {
	switch {
	case rec == nil:
		return v, nil
	case len(rec.GetItems()) == 0:
		return boot.Says[*boot.Menu](nil, ""), nil
	case rec.GetTimeout() > math.MaxUint8:
		return v, fmt.Errorf("a menu that waits for %d s", rec.GetTimeout())
	}
	menu := &boot.Menu{Prompt: rec.GetPrompt(), Timeout: uint8(rec.GetTimeout())}
	for _, item := range rec.GetItems() {
		if item.GetType() > math.MaxUint16 {
			return v, fmt.Errorf("%d is no type of a boot server", item.GetType())
		}
		menu.Items = append(menu.Items, boot.MenuItem{
			Type: uint16(item.GetType()), Text: item.GetText(), File: item.GetFile(), Server: engine.IP(item.GetServer()).Addr(),
		})
	}
	return boot.Says(menu, ""), nil
}
