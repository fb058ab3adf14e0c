using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// Reads a manifest of the usual form token by token. Each method returns false if it meets an unexpected token.
/// </summary>
public sealed partial class ManifestSummaryReader
{
    [Flags]
    private enum Seen
    {
        None = 0,
        Type = 1,
        Id = 2,
        Time = 4,
        Files = 8,
        Signature = 16,
        Unprotected = 32,
        Mandatory = Type | Id | Time | Files,
    }

    [Flags]
    private enum SeenOfFile
    {
        None = 0,
        Name = 1,
        Size = 2,
        Checksum = 4,
        CryptMode = 8,
        Mandatory = Name | Size | Checksum,
    }

    [Flags]
    private enum SeenUnprotected
    {
        None = 0,
        Notes = 1,
        VerifyState = 2,
        KeyFingerprint = 4,
        SyncSource = 8,
        OldSyncSource = 16,
    }

    private bool TryReadManifest(ref Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
        var seen = Seen.None;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueIsEscaped) return false;
            Seen member = json.ValueSpan switch
            {
                var name when name.SequenceEqual("backup-id"u8) => Seen.Id,
                var name when name.SequenceEqual("backup-time"u8) => Seen.Time,
                var name when name.SequenceEqual("backup-type"u8) => Seen.Type,
                var name when name.SequenceEqual("files"u8) => Seen.Files,
                var name when name.SequenceEqual("signature"u8) => Seen.Signature,
                var name when name.SequenceEqual("unprotected"u8) => Seen.Unprotected,
                _ => Seen.None,
            };
            if ((seen & member) != 0 || !json.Read() || !TryReadMember(ref json, member)) return false;
            seen |= member;
        }

        return json.TokenType == JsonTokenType.EndObject && (seen & Seen.Mandatory) == Seen.Mandatory;
    }

    private bool TryReadMember(ref Utf8JsonReader json, Seen member)
    {
        switch (member)
        {
            case Seen.Id: return IsPlainText(json);
            case Seen.Time:
                return json.TokenType == JsonTokenType.Number
                    && json.ValueSpan[0] != (byte)'-'
                    && json.TryGetInt64(out _);
            case Seen.Type:
                return IsPlainText(json)
                    && (json.ValueSpan.SequenceEqual("vm"u8)
                        || json.ValueSpan.SequenceEqual("ct"u8)
                        || json.ValueSpan.SequenceEqual("host"u8));
            case Seen.Files: return TryReadFiles(ref json);
            case Seen.Unprotected: return TryReadUnprotected(ref json);
            case Seen.Signature:
                IsSigned = json.TokenType != JsonTokenType.Null;
                return !IsSigned || IsPlainText(json);
            default: return TrySkip(ref json);
        }
    }

    private bool TryReadFiles(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray) return false;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject || !TryReadFile(ref json)) return false;
        }

        return true;
    }

    private bool TryReadFile(ref Utf8JsonReader json)
    {
        string name = "";
        ulong size = 0;
        var mode = CryptMode.None;
        var seen = SeenOfFile.None;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueIsEscaped) return false;
            SeenOfFile member = json.ValueSpan switch
            {
                var text when text.SequenceEqual("crypt-mode"u8) => SeenOfFile.CryptMode,
                var text when text.SequenceEqual("csum"u8) => SeenOfFile.Checksum,
                var text when text.SequenceEqual("filename"u8) => SeenOfFile.Name,
                var text when text.SequenceEqual("size"u8) => SeenOfFile.Size,
                _ => SeenOfFile.None,
            };
            if ((seen & member) != 0 || !json.Read()) return false;
            seen |= member;
            bool usual = member switch
            {
                SeenOfFile.CryptMode => TryReadCryptMode(json, out mode),
                SeenOfFile.Checksum => IsPlainText(json) && Digest.TryParse(json.ValueSpan, out _),
                SeenOfFile.Name => IsPlainText(json),
                SeenOfFile.Size => TryReadSize(json, out size),
                _ => TrySkip(ref json),
            };
            if (!usual) return false;
            if (member == SeenOfFile.Name) name = _names.Get(json.ValueSpan);
        }

        if (json.TokenType != JsonTokenType.EndObject || (seen & SeenOfFile.Mandatory) != SeenOfFile.Mandatory)
        {
            return false;
        }

        AddFile(new ManifestFileSummary(name, size, mode));
        return true;
    }

    private static bool TryReadCryptMode(in Utf8JsonReader json, out CryptMode mode)
    {
        mode = CryptMode.None;
        if (!IsPlainText(json)) return false;
        if (json.ValueSpan.SequenceEqual("none"u8)) return true;
        mode = json.ValueSpan.SequenceEqual("encrypt"u8) ? CryptMode.Encrypt : CryptMode.SignOnly;
        return mode == CryptMode.Encrypt || json.ValueSpan.SequenceEqual("sign-only"u8);
    }

    private static bool TryReadSize(in Utf8JsonReader json, out ulong size)
    {
        size = 0;
        return json.TokenType == JsonTokenType.Number && Utf8Parser.TryParse(json.ValueSpan, out size, out int consumed)
            && consumed == json.ValueSpan.Length && json.ValueSpan[0] != (byte)'-';
    }

    private bool TryReadUnprotected(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) return false;
        var seen = SeenUnprotected.None;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueIsEscaped) return false;
            SeenUnprotected member = json.ValueSpan switch
            {
                var name when name.SequenceEqual("notes"u8) => SeenUnprotected.Notes,
                var name when name.SequenceEqual("verify_state"u8) => SeenUnprotected.VerifyState,
                var name when name.SequenceEqual("key-fingerprint"u8) => SeenUnprotected.KeyFingerprint,
                var name when name.SequenceEqual("sync-source-signature"u8) => SeenUnprotected.SyncSource,
                var name when name.SequenceEqual("change-detection-fingerprint"u8) => SeenUnprotected.OldSyncSource,
                _ => SeenUnprotected.None,
            };
            if ((seen & member) != 0 || !json.Read()) return false;
            seen |= member;
            bool usual = member switch
            {
                SeenUnprotected.Notes => TryReadNotes(ref json),
                SeenUnprotected.VerifyState => json.TokenType == JsonTokenType.Null || TryReadVerifyState(ref json),
                SeenUnprotected.KeyFingerprint => json.TokenType == JsonTokenType.Null || TryReadFingerprint(json),
                SeenUnprotected.SyncSource or SeenUnprotected.OldSyncSource =>
                    TryReadSyncSource(json, isOld: member == SeenUnprotected.OldSyncSource),
                _ => TrySkip(ref json),
            };
            if (!usual) return false;
        }

        return json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryReadNotes(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String) return TrySkip(ref json);
        if (!TryUnescape(ref json, out ReadOnlySpan<byte> notes)) return false;
        if (notes.IsEmpty) return true;
        int end = notes.IndexOf((byte)'\n');
        if (end > 0 && notes[end - 1] == (byte)'\r') end--;
        Comment = _comments.Get(end < 0 ? notes : notes[..end]);
        return true;
    }

    private bool TryReadVerifyState(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) return false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueIsEscaped) return false;
            bool isState = json.ValueSpan.SequenceEqual("state"u8), isUpid = json.ValueSpan.SequenceEqual("upid"u8);
            if (!json.Read()) return false;
            if (isState)
            {
                if (VerifyOutcome is not null || !IsPlainText(json)) return false;
                if (json.ValueSpan.SequenceEqual("ok"u8)) VerifyOutcome = Formats.Manifests.VerifyOutcome.Ok;
                else if (json.ValueSpan.SequenceEqual("failed"u8))
                    VerifyOutcome = Formats.Manifests.VerifyOutcome.Failed;
                else return false;
            }
            else if (isUpid)
            {
                if (VerifyUpid is not null || !TryReadUpid(ref json)) return false;
            }
            else if (!TrySkip(ref json))
            {
                return false;
            }
        }

        return json.TokenType == JsonTokenType.EndObject && VerifyOutcome is not null && VerifyUpid is not null;
    }

    private bool TryReadUpid(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String
            || !TryUnescape(ref json, out ReadOnlySpan<byte> upid)
            || !UpidText.IsPrinted(upid))
        {
            return false;
        }

        VerifyUpid = _upids.Get(upid);
        return true;
    }

    /// <summary>
    /// Returns the bytes of a string, which are valid until the next string. Returns false if they may contain half a
    /// surrogate pair.
    /// </summary>
    private bool TryUnescape(ref Utf8JsonReader json, out ReadOnlySpan<byte> text)
    {
        text = json.ValueSpan;
        if (!json.ValueIsEscaped) return true;
        if (MayHoldSurrogate(text)) return false;
        if (_scratch.Length < text.Length) _scratch = new byte[text.Length];
        text = _scratch.AsSpan(0, json.CopyString(_scratch));
        return true;
    }

    /// <summary>The new name wins, wherever it stands.</summary>
    private bool TryReadSyncSource(in Utf8JsonReader json, bool isOld)
    {
        if (!IsPlainText(json)) return false;
        if (!isOld || SyncSourceSignature is null) SyncSourceSignature = Encoding.UTF8.GetString(json.ValueSpan);
        return true;
    }

    private bool TryReadFingerprint(in Utf8JsonReader json) => IsPlainText(json) && TryTakeFingerprint(json.ValueSpan);

    private bool TryTakeFingerprint(ReadOnlySpan<byte> utf8)
    {
        if (!_fingerprints.TryGet(utf8, out string? text))
        {
            text = Encoding.UTF8.GetString(utf8);
            if (Manifest.ReadFingerprint(text, out _)?.ToString() != text) return false;
            _fingerprints.Add(utf8, text);
        }

        KeyFingerprint = text;
        return true;
    }
}
