using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Json;
using JsonValue = PbsModule.Core.Formats.Json.JsonValue;

namespace PbsModule.Core.Tests;

/// <summary>JSON as PBS's library reads and prints it: golden canonical texts, printed forms, complaints, round trips.</summary>
public sealed class JsonTests
{
    private const string Id = PbsErrorId.ManifestInvalid;

    [Fact]
    public void Every_golden_canonical_text_comes_out()
    {
        using JsonDocument cases = Corpus.Json("misc/canonical-json.json");
        Assert.Equal(7, cases.RootElement.GetArrayLength());
        foreach (JsonElement item in cases.RootElement.EnumerateArray())
        {
            JsonValue value = Parse(item.GetProperty("in").GetString()!);
            if (item.GetProperty("out").GetString() is { } expected)
            {
                Assert.Equal(expected, Encoding.UTF8.GetString(JsonText.Canonical(value, Id)));
            }
            else
            {
                var error = Assert.Throws<PbsFormatException>(() => JsonText.Canonical(value, Id));
                Assert.Equal(item.GetProperty("error").GetString(), $"Error: {error.Message}\n");
            }

            Conformance.Agrees(Conformance.Formats, $"canonical {item.GetProperty("in").GetString()}");
        }
    }

    [Theory]
    [InlineData("[]", "[]")]
    [InlineData(" { } ", "{}")]
    [InlineData("""{"b":[1,{}],"a":null}""", "{\n  \"a\": null,\n  \"b\": [\n    1,\n    {}\n  ]\n}")]
    [InlineData("""{"a":1,"a":{"x":2},"a":3}""", "{\n  \"a\": 3\n}")]
    public void Pretty_text_has_two_blanks_and_the_last_duplicate(string text, string pretty) =>
        Assert.Equal(pretty, Encoding.UTF8.GetString(JsonText.Pretty(Parse(text))));

    // Printed by serde_json 1.0.117 for the same input.
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "-0.0")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("1e30", "1e30")]
    [InlineData("1E+2", "100.0")]
    [InlineData("1.50", "1.5")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("18446744073709551616", "1.8446744073709552e19")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("-9223372036854775809", "-9.223372036854776e18")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("1e16", "1e16")]
    [InlineData("123456789012345.25", "123456789012345.23")]
    [InlineData("1234567890123.25", "1234567890123.25")]
    [InlineData("0.00001", "0.00001")]
    [InlineData("0.000001", "1e-6")]
    [InlineData("1.25e-7", "1.25e-7")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1e-400", "0.0")]
    [InlineData("-1e-99999999999", "-0.0")]
    [InlineData("0e99999999999", "0.0")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e308")]
    public void Numbers_print_by_value(string text, string printed) => Assert.Equal(printed, Parse(text).ToString());

    // Worded by serde_json 1.0.117 for the same input.
    [Theory]
    [InlineData("", "EOF while parsing a value at line 1 column 0", 0)]
    [InlineData("not json", "expected ident at line 1 column 2", 1)]
    [InlineData("nul", "EOF while parsing a value at line 1 column 3", 3)]
    [InlineData("[1,\n 2,]", "trailing comma at line 2 column 4", 7)]
    [InlineData("[1 2]", "expected `,` or `]` at line 1 column 4", 3)]
    [InlineData("[1", "EOF while parsing a list at line 1 column 2", 2)]
    [InlineData("{\"a\":1", "EOF while parsing an object at line 1 column 6", 6)]
    [InlineData("{\"a\" 1}", "expected `:` at line 1 column 6", 5)]
    [InlineData("{\"a\":1 \"b\"}", "expected `,` or `}` at line 1 column 8", 7)]
    [InlineData("{a:1}", "key must be a string at line 1 column 2", 1)]
    [InlineData("{} x", "trailing characters at line 1 column 4", 3)]
    [InlineData("'", "expected value at line 1 column 1", 0)]
    [InlineData("01", "invalid number at line 1 column 2", 1)]
    [InlineData("1.", "EOF while parsing a value at line 1 column 2", 2)]
    [InlineData("-x", "invalid number at line 1 column 2", 1)]
    [InlineData("1e400", "number out of range at line 1 column 5", 4)]
    [InlineData("\"a\nb\"", "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0", 2)]
    [InlineData("\"\\x\"", "invalid escape at line 1 column 3", 2)]
    [InlineData("\"\\udc00\"", "lone leading surrogate in hex escape at line 1 column 7", 6)]
    [InlineData("\"\\ud800x\"", "unexpected end of hex escape at line 1 column 8", 7)]
    [InlineData("\"abc", "EOF while parsing a string at line 1 column 4", 4)]
    [InlineData("\"\\u12", "EOF while parsing a string at line 1 column 5", 5)]
    public void What_is_wrong_is_said_as_PBS_says_it(string text, string reason, long offset)
    {
        var error = Assert.Throws<PbsFormatException>(() => Parse(text));
        Assert.Equal(Id, error.ErrorId);
        Assert.Equal(reason, error.Reason);
        Assert.Equal(offset, error.Offset);
    }

    [Fact]
    public void Strings_must_be_UTF8()
    {
        var error = Assert.Throws<PbsFormatException>(() => JsonValue.Parse([(byte)'"', 0xC3, (byte)'"'], Id, "unable to read this"));
        Assert.Equal("unable to read this - invalid unicode code point at line 1 column 3", error.Reason);
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, false)]
    [InlineData(1_000_000, false)]
    public void Depth_ends_where_it_ends_for_PBS(int depth, bool accepted)
    {
        string text = new string('[', depth) + new string(']', depth);
        if (accepted) Assert.Equal(text, Parse(text).ToString());
        else Assert.Equal("recursion limit exceeded at line 1 column 128", Assert.Throws<PbsFormatException>(() => Parse(text)).Reason);
    }

    [Fact]
    public void The_number_of_values_is_bounded_and_their_memory_with_it()
    {
        Assert.Equal("too many values at line 1 column 1", Assert.Throws<PbsFormatException>(() => Parse($"[{string.Concat(Enumerable.Repeat("0,", 1 << 22))}0]")).Reason);
        string longText = new('x', 1 << 23);
        Assert.Equal(longText, Parse($"\"{longText}\"").AsString());

        byte[] nested = Encoding.UTF8.GetBytes($"[{string.Concat(Enumerable.Repeat("[[[[0]]]],", 100_000))}0]");
        long before = GC.GetAllocatedBytesForCurrentThread();
        JsonValue.Parse(nested, Id);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40L * nested.Length);
    }

    [Fact]
    public void Names_sort_as_UTF8_bytes()
    {
        // U+1F600 is a surrogate pair (D83D DE00), which ordinal comparison puts before U+FF5E.
        JsonValue value = Parse("""{"😀":1,"～":2,"z":3,"":4,"zz":5}""");
        Assert.Equal("""{"":4,"z":3,"zz":5,"～":2,"😀":1}""", value.ToString());
    }

    [Fact]
    public void Objects_change_without_changing()
    {
        JsonObject first = Parse("""{"b":1,"d":2}""").AsObject()!;
        JsonObject second = first.With("c", JsonValue.From("x")).With("b", JsonValue.Null).With("e", JsonValue.From(-1L)).Without("d").Without("zz");
        Assert.Equal("""{"b":null,"c":"x","e":-1}""", JsonValue.From(second).ToString());
        Assert.Equal("""{"b":1,"d":2}""", JsonValue.From(first).ToString());
        Assert.True(second.TryGet("b", out JsonValue value) && value.IsNull);
        Assert.False(second.TryGet("d", out _));
        Assert.Equal(JsonKind.Null, second["d"].Kind);
    }

    [Fact]
    public void Half_a_surrogate_pair_cannot_be_written() =>
        Assert.Equal(PbsErrorId.TextInvalid, Assert.Throws<PbsArgumentException>(() => JsonValue.From("a\ud800")).ErrorId);

    [Fact]
    public void Any_text_survives_escaping() => Prop.ForAll<string>(text =>
    {
        if (text is null || !IsUnicode(text)) return true;
        byte[] written = JsonText.Compact(JsonValue.From(text));
        using JsonDocument other = JsonDocument.Parse(written);
        return JsonValue.Parse(written, Id).AsString() == text && other.RootElement.GetString() == text;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_double_survives_printing_within_its_last_bit() => Prop.ForAll<long>(bits =>
    {
        double number = BitConverter.Int64BitsToDouble(bits);
        if (!double.IsFinite(number)) return true;
        string text = JsonValue.From(number).ToString();
        return double.Parse(text, System.Globalization.CultureInfo.InvariantCulture).Equals(number)
            && Parse(text).TryGetDouble(out double read) && Math.Abs(read - number) <= Math.Abs(number) * 1e-15;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_value_is_the_same_after_a_round_trip() => Prop.ForAll(Arb.From(Values(4)), value =>
        JsonText.Pretty(JsonValue.Parse(JsonText.Compact(value), Id)).AsSpan().SequenceEqual(JsonText.Pretty(value))
        && JsonText.Compact(JsonValue.Parse(JsonText.Pretty(value), Id)).AsSpan().SequenceEqual(JsonText.Compact(value))).QuickCheckThrowOnFailure();

    [Fact]
    public void Mutated_texts_are_read_or_refused()
    {
        byte[][] samples =
        [
            """{"a":[1,-2,3.5e-7,{"b":"\u00e4\ud83d\ude00\n","c":null}],"d":[true,false,[],{}],"e":"ä😀","f":18446744073709551615}"""u8.ToArray(),
            Corpus.Bytes("ds1.expected/manifests/root_host_legacy_2020-06-27T13.56.05Z.json"),
        ];
        MutationFuzz.Run(samples, static input =>
        {
            byte[] written = JsonText.Pretty(JsonValue.Parse(input, Id));
            Assert.Equal(JsonValue.Parse(written, Id).Kind, JsonValue.Parse(input, Id).Kind);
        }, allocationLimit: 1 << 20);
    }

    private static JsonValue Parse(string text) => JsonValue.Parse(Encoding.UTF8.GetBytes(text), Id);

    private static bool IsUnicode(string text) => text == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static Gen<JsonValue> Values(int depth)
    {
        Gen<string> texts = ArbMap.Default.GeneratorFor<string>().Where(s => s is not null && IsUnicode(s));
        Gen<JsonValue> plain = Gen.OneOf(
            Gen.Constant(JsonValue.Null),
            ArbMap.Default.GeneratorFor<bool>().Select(JsonValue.From),
            ArbMap.Default.GeneratorFor<ulong>().Select(JsonValue.From),
            ArbMap.Default.GeneratorFor<long>().Select(JsonValue.From),
            ArbMap.Default.GeneratorFor<int>().Select(i => JsonValue.From(i / 8.0)),
            texts.Select(JsonValue.From));
        if (depth == 0) return plain;
        Gen<JsonValue> inner = Values(depth - 1);
        return Gen.OneOf(
            plain,
            inner.ArrayOf(3).Select(items => JsonValue.FromItems(items)),
            texts.Zip(inner).ArrayOf(3).Select(members => JsonValue.From(JsonObject.From([.. members.Select(m => KeyValuePair.Create(m.Item1, m.Item2))]))));
    }
}
