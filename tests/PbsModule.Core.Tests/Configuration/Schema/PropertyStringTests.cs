using System.Text;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>Property strings and what datastore.cfg builds on them.</summary>
public class PropertyStringTests
{
    private static readonly PropertyStringSchema Schema = new("type", new PropertyTable(
        new("type", new StringSchema(1, 20)),
        new("flag", BooleanSchema.Instance),
        new("count", new IntegerSchema(1, 9))));

    private static readonly PropertyStringSchema WithoutDefault = new(null, new PropertyTable(new Property("type", new StringSchema())));

    [Theory]
    [InlineData("", "")]
    [InlineData("abc", "type=abc")]
    [InlineData("abc,flag=on,count=+7", "count=7,flag=True,type=abc")]
    [InlineData("flag=0,abc", "flag=False,type=abc")]
    [InlineData("\"a,b=c\",flag=1", "flag=True,type=a,b=c")]
    [InlineData("type=\"a\\\"b\\\\c\\nd\"", "type=a\"b\\c\nd")]
    [InlineData("type=a=b", "type=a=b")]
    [InlineData("abc,", "type=abc")]
    public void Texts_are_read(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', PropertyString.Parse(text, Schema).Values.Select(pair => $"{pair.Key}={pair.Value}")));

    [Theory]
    [InlineData("\"abc", "unexpected end of string")]
    [InlineData("\"abc\\", "unexpected end of string")]
    [InlineData("type=\"a\\tb\"", "unsupported escape sequence")]
    [InlineData("\"abc\"x", "garbage after quoted string")]
    [InlineData("bogus=1", "parameter verification failed - 'bogus': schema does not allow additional properties.")]
    [InlineData("a,type=b", "parameter verification failed - 'type': duplicate parameter.")]
    [InlineData("count=0", "parameter verification failed - 'count': schema validation failed: value must have a minimum value of 1 (got 0)")]
    [InlineData("flag=maybe", "parameter verification failed - 'flag': schema validation failed: Unable to parse boolean option.")]
    public void Faults_are_told_as_PBS_tells_them(string text, string message) =>
        Assert.Equal(message, Assert.Throws<PbsFormatException>(() => PropertyString.Parse(text, Schema)).Message);

    [Fact]
    public void A_bare_value_needs_a_default_key() =>
        Assert.Equal("Value without key, but schema does not define a default key.",
            Assert.Throws<PbsFormatException>(() => PropertyString.Parse("abc", WithoutDefault)).Message);

    [Theory]
    [InlineData("plain")]
    [InlineData("moved to the \"other\" host")]
    [InlineData("back\\slash")]
    [InlineData("two\nlines")]
    public void A_quoted_value_is_read_back(string value) =>
        Assert.Equal(value, PropertyString.Parse($"flag=1,type={PropertyString.Quote(value)}", new("type", new PropertyTable(
            new("type", new StringSchema()), new("flag", BooleanSchema.Instance)))).Text("type"));

    [Fact]
    public void Mutated_property_strings_are_read_or_refused()
    {
        PropertyStringSchema[] schemas = [DatastoreSchema.MaintenanceMode, DatastoreSchema.Tuning, DatastoreSchema.Notify, DatastoreSchema.Backend];
        byte[][] samples =
        [
            .. new[]
            {
                "read-only,message=\"moved to, the other \\\"host\\\"\"", "chunk-order=none,sync-level=file,gc-atime-cutoff=1445",
                "gc=error,prune=always,sync=never,verify=always", "type=s3,client=abc,bucket=store,max-cache-size=20 GiB",
            }.Select(Encoding.UTF8.GetBytes),
        ];
        MutationFuzz.Run(samples, bytes =>
        {
            string text = Encoding.UTF8.GetString(bytes);
            foreach (PropertyStringSchema schema in schemas)
            {
                if (schema.TryParse(text, out _, out _)) Assert.NotNull(PropertyString.Parse(text, schema).Values);
            }
        });
    }
}
