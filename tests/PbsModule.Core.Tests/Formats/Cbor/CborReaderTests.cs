using System.Globalization;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cbor;

namespace PbsModule.Core.Tests;

/// <summary>The examples of RFC 8949, appendix A, in its diagnostic notation; and what is no CBOR.</summary>
public sealed class CborReaderTests
{
    [Theory]
    [InlineData("00", "0")]
    [InlineData("0a", "10")]
    [InlineData("17", "23")]
    [InlineData("1818", "24")]
    [InlineData("1864", "100")]
    [InlineData("1903e8", "1000")]
    [InlineData("1a000f4240", "1000000")]
    [InlineData("1b000000e8d4a51000", "1000000000000")]
    [InlineData("1bffffffffffffffff", "18446744073709551615")]
    [InlineData("c249010000000000000000", "2(h'010000000000000000')")]
    [InlineData("3bffffffffffffffff", "-18446744073709551616")]
    [InlineData("20", "-1")]
    [InlineData("29", "-10")]
    [InlineData("3863", "-100")]
    [InlineData("3903e7", "-1000")]
    [InlineData("f90000", "0.0")]
    [InlineData("f98000", "-0.0")]
    [InlineData("f93c00", "1.0")]
    [InlineData("fb3ff199999999999a", "1.1")]
    [InlineData("f93e00", "1.5")]
    [InlineData("f97bff", "65504.0")]
    [InlineData("fa47c35000", "100000.0")]
    [InlineData("fa7f7fffff", "3.4028234663852886E+38")]
    [InlineData("fb7e37e43c8800759c", "1E+300")]
    [InlineData("f90001", "5.960464477539063E-08")]
    [InlineData("f90400", "6.103515625E-05")]
    [InlineData("f9c400", "-4.0")]
    [InlineData("fbc010666666666666", "-4.1")]
    [InlineData("f97c00", "Infinity")]
    [InlineData("f97e00", "NaN")]
    [InlineData("f9fc00", "-Infinity")]
    [InlineData("fa7f800000", "Infinity")]
    [InlineData("fb7ff8000000000000", "NaN")]
    [InlineData("f4", "false")]
    [InlineData("f5", "true")]
    [InlineData("f6", "null")]
    [InlineData("f7", "undefined")]
    [InlineData("f0", "simple(16)")]
    [InlineData("f8ff", "simple(255)")]
    [InlineData("c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")")]
    [InlineData("c11a514b67b0", "1(1363896240)")]
    [InlineData("d74401020304", "23(h'01020304')")]
    [InlineData("40", "h''")]
    [InlineData("4401020304", "h'01020304'")]
    [InlineData("60", "\"\"")]
    [InlineData("6449455446", "\"IETF\"")]
    [InlineData("62c3bc", "\"ü\"")]
    [InlineData("64f0908591", "\"𐅑\"")]
    [InlineData("80", "[]")]
    [InlineData("83010203", "[1, 2, 3]")]
    [InlineData("8301820203820405", "[1, [2, 3], [4, 5]]")]
    [InlineData("98190102030405060708090a0b0c0d0e0f101112131415161718181819", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]")]
    [InlineData("a0", "{}")]
    [InlineData("a201020304", "{1: 2, 3: 4}")]
    [InlineData("a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}")]
    [InlineData("826161a161626163", "[\"a\", {\"b\": \"c\"}]")]
    [InlineData("5f42010243030405ff", "(_ h'0102030405')")]
    [InlineData("7f657374726561646d696e67ff", "(_ \"streaming\")")]
    [InlineData("9fff", "[_ ]")]
    [InlineData("9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]")]
    [InlineData("83018202039f0405ff", "[1, [2, 3], [_ 4, 5]]")]
    [InlineData("bf61610161629f0203ffff", "{_ \"a\": 1, \"b\": [_ 2, 3]}")]
    [InlineData("826161bf61626163ff", "[\"a\", {_ \"b\": \"c\"}]")]
    [InlineData("bf6346756ef563416d7421ff", "{_ \"Fun\": true, \"Amt\": -2}")]
    public void Examples_of_the_standard(string hex, string expected)
    {
        byte[] bytes = Convert.FromHexString(hex);
        var reader = new CborReader(bytes);
        Assert.Equal(expected, Show(ref reader));
        Assert.True(reader.IsAtEnd);

        var skipping = new CborReader(bytes);
        skipping.Read();
        skipping.Skip();
        Assert.True(skipping.IsAtEnd);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("18", 1)]
    [InlineData("1c", 1)]
    [InlineData("1f", 1)]
    [InlineData("df", 1)]
    [InlineData("f801", 2)]
    [InlineData("fb00", 2)]
    [InlineData("4401", 2)]
    [InlineData("5bffffffffffffffff", 9)]
    [InlineData("7bffffffffffffffff00", 10)]
    public void What_is_no_head(string hex, int offset)
    {
        byte[] bytes = Convert.FromHexString(hex);
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => new CborReader(bytes).Read());
        Assert.Equal((PbsErrorId.CborInvalid, (long)offset), (error.ErrorId, error.Offset));
    }

    [Theory]
    [InlineData("9bffffffffffffffff")]
    [InlineData("bbffffffffffffffff0000")]
    [InlineData("9f")]
    [InlineData("81ff")]
    [InlineData("bf00ff")]
    [InlineData("5f6100ff")]
    [InlineData("5f5f4100ffff")]
    [InlineData("c0")]
    public void What_is_no_item(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Throws<PbsFormatException>(() => Skip(bytes));
    }

    [Fact]
    public void Nesting_ends_before_the_stack_does()
    {
        foreach (byte head in (byte[])[0x81, 0x9F, 0xBF, 0xC0])
        {
            byte[] bytes = new byte[1 << 20];
            Array.Fill(bytes, head);
            Assert.Equal("recursion limit exceeded", Assert.Throws<PbsFormatException>(() => Skip(bytes)).Reason);
        }
    }

    [Fact]
    public void Mutations_are_refused_or_read()
    {
        byte[][] samples = [.. ((string[])["bf6346756ef563416d7421ff", "9f018202039f0405ffff", "7f657374726561646d696e67ff", "d74401020304", "fb3ff199999999999a"]).Select(Convert.FromHexString)];
        MutationFuzz.Run(samples, Skip, allocationLimit: 64 << 10);
    }

    private static void Skip(byte[] bytes)
    {
        var reader = new CborReader(bytes);
        reader.Read();
        reader.Skip();
    }

    private static string Show(ref CborReader reader)
    {
        switch (reader.Read())
        {
            case CborKind.Unsigned: return reader.Value.ToString(CultureInfo.InvariantCulture);
            case CborKind.Negative: return (-1 - (Int128)reader.Value).ToString(CultureInfo.InvariantCulture);
            case CborKind.Bytes or CborKind.Text: return ShowString(ref reader);
            case CborKind.Float:
                string number = reader.Number.ToString("R", CultureInfo.InvariantCulture);
                return double.IsFinite(reader.Number) && !number.Contains('E') && !number.Contains('.') ? number + ".0" : number;
            case CborKind.Simple:
                return reader.Value switch { 20 => "false", 21 => "true", 22 => "null", 23 => "undefined", _ => $"simple({reader.Value})" };
            case CborKind.Tag:
                ulong tag = reader.Value;
                return $"{tag}({Show(ref reader)})";
            case CborKind.Array: return ShowItems(ref reader, "[", "]", 1);
            case CborKind.Map: return ShowItems(ref reader, "{", "}", 2);
            default: throw new InvalidOperationException();
        }
    }

    private static string ShowString(ref CborReader reader)
    {
        bool pieces = reader.IsIndefinite;
        CborKind kind = reader.Kind;
        byte[] content = reader.ReadContent();
        string text = kind == CborKind.Text ? $"\"{Encoding.UTF8.GetString(content)}\"" : $"h'{Convert.ToHexStringLower(content)}'";
        return pieces ? $"(_ {text})" : text;
    }

    private static string ShowItems(ref CborReader reader, string open, string close, int each)
    {
        var items = new List<string>();
        bool isIndefinite = reader.IsIndefinite;
        ulong count = reader.Value;
        for (ulong i = 0; isIndefinite ? !reader.IsNextBreak : i < count; i++)
        {
            string item = Show(ref reader);
            items.Add(each == 2 ? $"{item}: {Show(ref reader)}" : item);
        }

        if (isIndefinite) reader.Read();
        return $"{open}{(isIndefinite ? "_ " : "")}{string.Join(", ", items)}{close}";
    }
}
