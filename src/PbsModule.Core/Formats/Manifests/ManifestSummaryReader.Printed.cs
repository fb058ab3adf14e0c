using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// Reads the exact layout in which PBS prints a manifest by comparing texts, which takes a third of the time of reading
/// tokens. Each method returns false if it meets an unexpected text.
/// </summary>
public sealed partial class ManifestSummaryReader
{
    /// <summary>The largest size in bytes that is read this way. Larger manifests are rare.</summary>
    private const int LongestPrinted = 64 << 10;

    private bool TryReadPrinted(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestPrinted) return false;
        var json = new PrintedJson(text);
        return json.Take("{\n  \"backup-id\": \""u8) && json.TakeText(out _)
            && json.Take(",\n  \"backup-time\": "u8) && json.TakeNumber(out ulong time) && time <= long.MaxValue
            && json.Take(",\n  \"backup-type\": \""u8)
                && (json.Take("vm\""u8) || json.Take("ct\""u8) || json.Take("host\""u8))
                && json.Take(",\n  \"files\": ["u8) && TryReadPrintedFiles(ref json)
                && json.Take(",\n  \"signature\": "u8) && TryReadPrintedSignature(ref json)
                && json.Take(",\n  \"unprotected\": {"u8) && TryReadPrintedUnprotected(ref json)
                && json.Take("}\n}"u8) && json.IsAtEnd;
    }

    private bool TryReadPrintedFiles(ref PrintedJson json)
    {
        if (json.Take("]"u8)) return true;
        do
        {
            if (!json.Take("\n    {\n      \"crypt-mode\": \""u8)) return false;
            CryptMode mode = json.Take("none\""u8)
                ? CryptMode.None
                : json.Take("encrypt\""u8) ? CryptMode.Encrypt : CryptMode.SignOnly;
            if (mode == CryptMode.SignOnly && !json.Take("sign-only\""u8)) return false;
            if (!json.Take(",\n      \"csum\": \""u8)
                || !json.TakeText(out ReadOnlySpan<byte> checksum)
                || !Digest.TryParse(checksum, out _))
            {
                return false;
            }

            if (!json.Take(",\n      \"filename\": \""u8) || !json.TakeText(out ReadOnlySpan<byte> name)) return false;
            if (!json.Take(",\n      \"size\": "u8) || !json.TakeNumber(out ulong size) || !json.Take("\n    }"u8))
            {
                return false;
            }

            AddFile(new ManifestFileSummary(_names.Get(name), size, mode));
        }
        while (json.Take(","u8));

        return json.Take("\n  ]"u8);
    }

    private bool TryReadPrintedSignature(ref PrintedJson json)
    {
        if (json.Take("null"u8)) return true;
        IsSigned = true;
        return json.Take("\""u8) && json.TakeText(out _);
    }

    /// <summary>Reads the members that PBS itself writes, in its order. Each may be missing.</summary>
    private bool TryReadPrintedUnprotected(ref PrintedJson json)
    {
        bool isFirst = true;
        if (TakePrintedName(ref json, "chunk_upload_stats\": {"u8, ref isFirst) && !SkipPrintedStatistics(ref json))
        {
            return false;
        }

        if (TakePrintedName(ref json, "key-fingerprint\": \""u8, ref isFirst)
            && !(json.TakeText(out ReadOnlySpan<byte> key) && TryTakeFingerprint(key)))
        {
            return false;
        }

        if (TakePrintedName(ref json, "notes\": \""u8, ref isFirst) && !TryReadPrintedNotes(ref json)) return false;
        if (TakePrintedName(ref json, "verify_state\": {"u8, ref isFirst) && !TryReadPrintedVerifyState(ref json))
        {
            return false;
        }

        return isFirst || json.Take("\n  "u8);
    }

    private static bool TakePrintedName(ref PrintedJson json, ReadOnlySpan<byte> name, ref bool isFirst)
    {
        PrintedJson before = json;
        if (json.Take(isFirst ? "\n    \""u8 : ",\n    \""u8) && json.Take(name))
        {
            isFirst = false;
            return true;
        }

        json = before;
        return false;
    }

    private static bool SkipPrintedStatistics(ref PrintedJson json) =>
        json.Take("\n      \"compressed_size\": "u8)
            && json.TakeNumber(out _)
            && json.Take(",\n      \"count\": "u8)
            && json.TakeNumber(out _)
            && json.Take(",\n      \"duplicates\": "u8)
                && json.TakeNumber(out _)
                && json.Take(",\n      \"size\": "u8)
                && json.TakeNumber(out _)
                && json.Take("\n    }"u8);

    private bool TryReadPrintedNotes(ref PrintedJson json)
    {
        if (!json.TakePlain(out ReadOnlySpan<byte> line)) return false;
        if (json.Take("\""u8))
        {
            if (!line.IsEmpty) Comment = _comments.Get(line);
            return true;
        }

        if (!json.Take("\\n"u8) || !json.SkipText()) return false;
        Comment = _comments.Get(line);
        return true;
    }

    private bool TryReadPrintedVerifyState(ref PrintedJson json)
    {
        if (!json.Take("\n      \"state\": \""u8)) return false;
        bool isOk = json.Take("ok\""u8);
        if (!isOk && !json.Take("failed\""u8)) return false;
        VerifyOutcome = isOk ? Formats.Manifests.VerifyOutcome.Ok : Formats.Manifests.VerifyOutcome.Failed;
        if (!json.Take(",\n      \"upid\": \""u8)
            || !TryTakePrintedUpid(ref json, out ReadOnlySpan<byte> upid)
            || !UpidText.IsPrinted(upid))
        {
            return false;
        }

        VerifyUpid = _upids.Get(upid);
        return json.Take("\n    }"u8);
    }

    /// <summary>Reads a UPID. Its worker id contains backslashes as escapes, which JSON doubles.</summary>
    private bool TryTakePrintedUpid(ref PrintedJson json, out ReadOnlySpan<byte> upid)
    {
        upid = default;
        int length = 0;
        while (true)
        {
            if (!json.TakePlain(out ReadOnlySpan<byte> plain) || plain.Length >= _scratch.Length - length) return false;
            plain.CopyTo(_scratch.AsSpan(length));
            length += plain.Length;
            upid = _scratch.AsSpan(0, length);
            if (json.Take("\""u8)) return true;
            if (!json.Take("\\\\"u8)) return false;
            _scratch[length++] = (byte)'\\';
        }
    }
}
