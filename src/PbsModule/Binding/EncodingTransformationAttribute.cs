using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace PbsModule.Binding;

/// <summary>
/// Accepts an encoding by the names of Get-Content, by any name or number known to .NET, or as an object.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class EncodingTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Unwrap(inputData) switch
        {
            Encoding encoding => encoding,
            string name => Named(name),
            int number => Find(() => Encoding.GetEncoding(number), number),
            var other => throw Refused(other),
        };

    private static Encoding Named(string name) => name.ToLowerInvariant() switch
    {
        "utf8" or "utf8nobom" or "utf8bom" => Encoding.UTF8,
        "ascii" => Encoding.ASCII,
        "unicode" => Encoding.Unicode,
        "bigendianunicode" => Encoding.BigEndianUnicode,
        "utf32" => Encoding.UTF32,
        "bigendianutf32" => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        "ansi" => Find(() => CodePage(CultureInfo.CurrentCulture.TextInfo.ANSICodePage), name),
        "oem" => Find(() => CodePage(CultureInfo.CurrentCulture.TextInfo.OEMCodePage), name),
        _ =>
            Find(() => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? CodePage(number)
                : Provided(name) ?? Encoding.GetEncoding(name), name),
    };

    private static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number) ?? Encoding.GetEncoding(number);

    private static Encoding? Provided(string name) => CodePagesEncodingProvider.Instance.GetEncoding(name);

    private static Encoding Find(Func<Encoding> find, object name)
    {
        try
        {
            return find();
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Refused(name);
        }
    }

    private static ArgumentTransformationMetadataException Refused(object? value) =>
        ArgumentValues.Refuse(
            $"'{value}' is no encoding; name one like utf8, ascii, latin1, unicode or windows-1252, or give a number "
                + "or an object");
}
