using System.Globalization;

namespace PbsModule.Times;

/// <summary>
/// The time of an object in PowerShell. Its text is RFC 3339 in UTC in every culture, so that Export-Csv, "$time" and
/// others write a text that the cmdlets read back exactly. It compares and calculates with <see cref="DateTime"/> and
/// <see cref="DateTimeOffset"/>.
/// </summary>
public readonly struct UtcTime : IComparable, IComparable<UtcTime>, IEquatable<UtcTime>, IFormattable
{
    private readonly DateTimeOffset _value;

    public UtcTime(DateTimeOffset value) => _value = value.ToUniversalTime();

    /// <summary>Converts a DateTime; one without a kind is local time, as everywhere in PowerShell.</summary>
    public UtcTime(DateTime value)
        : this(TimeValue.FromDateTime(value))
    {
    }

    /// <summary>The time in RFC 3339, <c>2024-05-01T10:00:00Z</c>; with a fraction only if it has one.</summary>
    public string Text => TimeText.Format(_value);

    public DateTime UtcDateTime => _value.UtcDateTime;

    public DateTime LocalDateTime => _value.LocalDateTime;

    /// <summary>
    /// The same as <see cref="UtcDateTime"/>. Without a kind, as in <see cref="DateTimeOffset"/>, it would be taken for
    /// local time.
    /// </summary>
    public DateTime DateTime => _value.UtcDateTime;

    /// <summary>Midnight of the day in UTC, of kind UTC.</summary>
    public DateTime Date => _value.UtcDateTime.Date;

    public TimeSpan TimeOfDay => _value.TimeOfDay;

    /// <summary>Always zero.</summary>
    public TimeSpan Offset => _value.Offset;

    public int Year => _value.Year;

    public int Month => _value.Month;

    public int Day => _value.Day;

    public int Hour => _value.Hour;

    public int Minute => _value.Minute;

    public int Second => _value.Second;

    public int Millisecond => _value.Millisecond;

    public DayOfWeek DayOfWeek => _value.DayOfWeek;

    public int DayOfYear => _value.DayOfYear;

    public long Ticks => _value.Ticks;

    public long UtcTicks => _value.UtcTicks;

    public static bool operator ==(UtcTime left, UtcTime right) => left.Equals(right);

    public static bool operator !=(UtcTime left, UtcTime right) => !left.Equals(right);

    public static bool operator <(UtcTime left, UtcTime right) => left.CompareTo(right) < 0;

    public static bool operator >(UtcTime left, UtcTime right) => left.CompareTo(right) > 0;

    public static bool operator <=(UtcTime left, UtcTime right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UtcTime left, UtcTime right) => left.CompareTo(right) >= 0;

    public static UtcTime operator +(UtcTime time, TimeSpan span) => new(time._value + span);

    public static UtcTime operator -(UtcTime time, TimeSpan span) => new(time._value - span);

    public static TimeSpan operator -(UtcTime left, UtcTime right) => left._value - right._value;

    // If a method accepts both DateTime and DateTimeOffset, PowerShell prefers the implicit conversion, which is exact.
    public static implicit operator DateTimeOffset(UtcTime time) => time._value;

    /// <summary>Converts to local time, as Get-Date returns it.</summary>
    public static explicit operator DateTime(UtcTime time) => time._value.LocalDateTime;

    public static explicit operator UtcTime(DateTimeOffset time) => new(time);

    public static explicit operator UtcTime(DateTime time) => new(time);

    /// <summary>
    /// Reads RFC 3339, a date (midnight, local time), or Unix seconds. PowerShell uses it to cast text.
    /// </summary>
    /// <exception cref="FormatException">The text has none of these forms.</exception>
    public static UtcTime Parse(string text) =>
        TimeText.TryParse(text, out DateTimeOffset time)
            ? new UtcTime(time)
            : throw new FormatException($"'{text}' is not an exact time; {TimeText.Form}");

    public UtcTime Add(TimeSpan span) => this + span;

    public UtcTime AddYears(int years) => new(_value.AddYears(years));

    public UtcTime AddMonths(int months) => new(_value.AddMonths(months));

    public UtcTime AddDays(double days) => new(_value.AddDays(days));

    public UtcTime AddHours(double hours) => new(_value.AddHours(hours));

    public UtcTime AddMinutes(double minutes) => new(_value.AddMinutes(minutes));

    public UtcTime AddSeconds(double seconds) => new(_value.AddSeconds(seconds));

    public UtcTime AddMilliseconds(double milliseconds) => new(_value.AddMilliseconds(milliseconds));

    public UtcTime AddTicks(long ticks) => new(_value.AddTicks(ticks));

    public TimeSpan Subtract(UtcTime other) => this - other;

    public UtcTime Subtract(TimeSpan span) => this - span;

    public long ToUnixTimeSeconds() => _value.ToUnixTimeSeconds();

    public long ToUnixTimeMilliseconds() => _value.ToUnixTimeMilliseconds();

    public UtcTime ToUniversalTime() => this;

    public DateTimeOffset ToLocalTime() => _value.ToLocalTime();

    public DateTimeOffset ToOffset(TimeSpan offset) => _value.ToOffset(offset);

    public DateTimeOffset ToDateTimeOffset() => _value;

    public int CompareTo(UtcTime other) => _value.CompareTo(other._value);

    /// <exception cref="ArgumentException">The object is not a time.</exception>
    public int CompareTo(object? obj) => obj is null ? 1
        : TimeValue.TryRead(obj, out DateTimeOffset other) ? _value.CompareTo(other)
        : throw new ArgumentException($"'{obj}' is not a time", nameof(obj));

    public bool Equals(UtcTime other) => _value.Equals(other._value);

    public override bool Equals(object? obj) => obj is UtcTime other && Equals(other);

    public override int GetHashCode() => _value.GetHashCode();

    public override string ToString() => Text;

    public string ToString(string? format) => ToString(format, CultureInfo.InvariantCulture);

    public string ToString(IFormatProvider? formatProvider) => ToString(null, formatProvider);

    /// <summary>
    /// Formats the time in UTC with a format of <see cref="DateTimeOffset"/>; RFC 3339 without a format. Years are
    /// Gregorian in every culture, because the cmdlets would read a year of another calendar as one centuries away.
    /// </summary>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        string.IsNullOrEmpty(format) ? Text : _value.ToString(format, TimeText.WithGregorianCalendar(formatProvider));
}
