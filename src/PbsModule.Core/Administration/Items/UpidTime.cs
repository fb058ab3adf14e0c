using System.Globalization;

namespace PbsModule.Core.Administration;

/// <summary>The start of a task, out of its UPID: <c>UPID:node:pid:pstart:task:starttime:type:id:authid:</c>, hex seconds.</summary>
internal static class UpidTime
{
    private const int StartField = 5;

    /// <summary>Null where the text is no UPID.</summary>
    public static DateTimeOffset? StartOf(string? upid)
    {
        if (upid is null) return null;
        int field = 0;
        foreach (Range range in upid.AsSpan().Split(':'))
        {
            if (field++ != StartField) continue;
            return uint.TryParse(upid.AsSpan()[range], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        }

        return null;
    }
}
