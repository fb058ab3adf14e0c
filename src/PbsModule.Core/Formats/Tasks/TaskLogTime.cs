using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Tasks;

/// <summary>
/// Formats lines of one log after another: many have the second of the one before, whose text is kept. For one thread
/// at a time.
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
