using System.ComponentModel;
using System.Management.Automation;

namespace PbsModule.Times;

/// <summary>
/// The properties that remain of a <see cref="UtcTime"/> after Import-Clixml, a job or remoting; PbsModule.Types.ps1xml
/// names this type for their deserialization. <see cref="UtcTime"/> itself has no converter, because PowerShell could
/// then no longer choose between the operators of other types.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[TypeConverter(typeof(SerializedTimeConverter))]
public static class SerializedTime;

/// <summary>Converts a <see cref="SerializedTime"/> to a <see cref="UtcTime"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SerializedTimeConverter : PSTypeConverter
{
    public override bool CanConvertFrom(object sourceValue, Type destinationType) =>
        TimeValue.TryRead(sourceValue, out _);

    public override bool CanConvertFrom(PSObject sourceValue, Type destinationType) =>
        TimeValue.TryRead(sourceValue, out _);

    /// <exception cref="PSInvalidCastException">The value is not a time.</exception>
    public override object ConvertFrom(
        object sourceValue, Type destinationType, IFormatProvider? formatProvider, bool ignoreCase) =>
        TimeValue.TryRead(sourceValue, out DateTimeOffset time)
            ? new UtcTime(time)
            : throw new PSInvalidCastException($"'{sourceValue}' is not a time");

    public override object ConvertFrom(
        PSObject sourceValue, Type destinationType, IFormatProvider? formatProvider, bool ignoreCase) =>
        ConvertFrom((object)sourceValue, destinationType, formatProvider, ignoreCase);

    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    public override bool CanConvertTo(PSObject sourceValue, Type destinationType) => false;

    public override object ConvertTo(
        object sourceValue, Type destinationType, IFormatProvider? formatProvider, bool ignoreCase) =>
        throw new PSInvalidCastException($"a time is converted by {nameof(UtcTime)}");

    public override object ConvertTo(
        PSObject sourceValue, Type destinationType, IFormatProvider? formatProvider, bool ignoreCase) =>
        ConvertTo((object)sourceValue, destinationType, formatProvider, ignoreCase);
}
