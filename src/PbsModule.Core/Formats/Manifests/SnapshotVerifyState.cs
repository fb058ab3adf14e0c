using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>The result of a verification.</summary>
public enum VerifyOutcome
{
    Ok,
    Failed,
}

/// <summary>
/// The last verification of a snapshot, as stored in its manifest. It is not signed, so it proves nothing.
/// </summary>
/// <param name="Upid">The task that verified the snapshot.</param>
/// <param name="Outcome">The result.</param>
public sealed record SnapshotVerifyState(Upid Upid, VerifyOutcome Outcome)
{
    /// <summary>The largest number of characters that is parsed. A task log with a longer name cannot exist.</summary>
    private const int LongestUpid = 4096;

    private static readonly string[] Words = ["ok", "failed"];

    /// <summary>Reads <c>{"upid", "state"}</c>.</summary>
    /// <param name="value">The member <c>verify_state</c>. Null if the snapshot was never verified.</param>
    /// <param name="problem">The error message of PBS, or null.</param>
    /// <returns>The state, or null if there is none or it cannot be read.</returns>
    public static SnapshotVerifyState? Read(JsonValue value, out string? problem)
    {
        problem = null;
        if (value.IsNull) return null;
        if (value.AsObject() is not { } members)
        {
            problem = JsonShape.InvalidType(value, "struct SnapshotVerifyState");
            return null;
        }

        // In the order of the names, which decides which of two errors is reported.
        int word = -1;
        if (members.TryGet("state", out JsonValue outcome) && !JsonShape.TryWord(outcome, Words, out word, out problem))
        {
            return null;
        }

        Upid? upid = null;
        if (members.TryGet("upid", out JsonValue text) && !TryUpid(text, out upid, out problem)) return null;
        if (upid is not null && word >= 0) return new SnapshotVerifyState(upid, (VerifyOutcome)word);
        problem = JsonShape.MissingField(upid is null ? "upid" : "state");
        return null;
    }

    public JsonValue ToJson() => JsonValue.From(JsonObject.From(
        KeyValuePair.Create("state", JsonValue.From(Words[(int)Outcome])),
        KeyValuePair.Create("upid", JsonValue.From(Upid.ToString()))));

    private static bool TryUpid(
        JsonValue value,
        [NotNullWhen(true)] out Upid? upid,
        [NotNullWhen(false)] out string? error)
    {
        upid = null;
        if (!JsonShape.TryText(value, out string text, out error, "a valid UPID")) return false;
        if (text.Length <= LongestUpid && Upid.TryParse(text, out upid, out _)) return true;
        error = JsonShape.Invalid("value", value, "a valid UPID");
        return false;
    }
}
