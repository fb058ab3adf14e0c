using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>
/// Formats consecutive lines of a log. Many lines have the same second as the previous one, so its text is kept. Not
/// thread-safe.
/// </summary>
internal sealed class TaskLogTime
{
    private long _second = long.MinValue;
    private TimeSpan _offset;
    private string _text = "";

    /// <inheritdoc cref="TaskLogText.Format(DateTimeOffset, string)"/>
    public string Format(DateTimeOffset time, string message)
    {
        long second = time.ToUnixTimeSeconds();
        if (second != _second || time.Offset != _offset)
        {
            (_second, _offset, _text) = (second, time.Offset, Rfc3339.Format(time));
        }

        return TaskLogText.Format(_text, message);
    }
}
