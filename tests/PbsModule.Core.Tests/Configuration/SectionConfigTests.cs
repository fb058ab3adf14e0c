using System.Globalization;
using System.Text;
using System.Text.Json;
using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Tests;

/// <summary>Section-config files against what a real PBS reads, writes and says (golden config/parse.json, write.json, *.cfg).</summary>
public class SectionConfigTests
{
    private static readonly Dictionary<string, SectionConfigSchema> Schemas = new()
    {
        ["datastore"] = DatastoreSchema.File,
        ["user"] = UserSchema.File,
        ["prune"] = PruneJobSchema.File,
        ["verification"] = VerificationJobSchema.File,
        ["sync"] = SyncJobSchema.File,
        ["remote"] = RemoteSchema.File,
    };

    public static TheoryData<int> ParseCases => [.. Enumerable.Range(0, Cases("parse").GetArrayLength())];

    public static TheoryData<int> WriteCases => [.. Enumerable.Range(0, Cases("write").GetArrayLength())];

    [Theory]
    [MemberData(nameof(ParseCases))]
    public void A_text_is_read_as_PBS_reads_it(int index)
    {
        JsonElement item = Cases("parse")[index];
        SectionConfigSchema schema = Schemas[item.GetProperty("kind").GetString()!];
        string text = item.GetProperty("text").GetString()!;
        if (item.TryGetProperty("error", out JsonElement error))
        {
            var thrown = Assert.Throws<PbsFormatException>(() => SectionConfig.Parse(schema, "FILE", text));
            Assert.Equal(error.GetString(), thrown.Message);
            Conformance.Agrees(Conformance.Configuration, $"read {index}");
            return;
        }

        SectionConfig config = SectionConfig.Parse(schema, "FILE", text);
        AssertSections(item.GetProperty("ok"), config);
        Assert.Equal(item.GetProperty("rewritten").GetString(), config.Write("FILE"));
        Conformance.Agrees(Conformance.Configuration, $"read {index}");
    }

    [Theory]
    [MemberData(nameof(WriteCases))]
    public void Sections_are_written_as_PBS_writes_them(int index)
    {
        JsonElement item = Cases("write")[index];
        SectionConfigSchema schema = Schemas[item.GetProperty("kind").GetString()!];
        SectionConfig config = Build(schema, item.GetProperty("input"), item.GetProperty("type-error").ValueKind != JsonValueKind.Null);
        string save = item.GetProperty("save").GetString()!;
        string file = "{ROOT}/" + schema.FileName;
        if (save != "ok")
        {
            Assert.Equal(save, Assert.Throws<PbsArgumentException>(() => config.Write(file)).Message);
            Conformance.Agrees(Conformance.Configuration, $"write {index}");
            return;
        }

        string text = config.Write(file);
        Assert.Equal(item.GetProperty("file").GetString(), text);
        Assert.Equal(item.GetProperty("digest").GetString(), ConfigurationText.DigestOf(text));
        AssertSections(item.GetProperty("parsed-back"), SectionConfig.Parse(schema, file, text));
        Conformance.Agrees(Conformance.Configuration, $"write {index}");
    }

    [Theory]
    [InlineData("datastore.cfg", "datastore")]
    [InlineData("datastore-order.cfg", "datastore")]
    [InlineData("user.cfg", "user")]
    [InlineData("prune.cfg", "prune")]
    [InlineData("verification.cfg", "verification")]
    [InlineData("sync.cfg", "sync")]
    [InlineData("remote.cfg", "remote")]
    public void What_PBS_wrote_is_written_back_byte_for_byte(string file, string kind)
    {
        string text = Encoding.UTF8.GetString(Corpus.Bytes("config/" + file));
        Assert.Equal(text, SectionConfig.Parse(Schemas[kind], file, text).Write(file));
        Conformance.Agrees(Conformance.Configuration, file);
    }

    [Fact]
    public void Several_wrong_properties_are_told_together()
    {
        var config = new SectionConfig(PruneJobSchema.File);
        var section = new ConfigSection("prune", "p-1");
        section.Set("keep-last", 0);
        section.Set("bogus", true);
        section.Set("store", 5);
        config.Set(section);
        string message = Assert.Throws<PbsArgumentException>(() => config.Write("f")).Message;
        Assert.Equal(
            """
            writing "f" failed: verify section 'p-1' failed - parameter verification failed:
            - 'bogus': schema does not allow additional properties.
            - 'keep-last': value must have a minimum value of 1 (got 0)
            - 'store': Expected string value.
            - 'schedule': parameter is missing and it is not optional.

            """.ReplaceLineEndings("\n"), message);
    }

    [Fact]
    public void A_control_character_is_never_written()
    {
        var config = new SectionConfig(DatastoreSchema.File);
        var section = new ConfigSection("datastore", "main");
        section.Set("path", "/a\nb");
        config.Set(section);
        Assert.Equal("writing \"f\" failed: detected unexpected control character in section 'main' key 'path'",
            Assert.Throws<PbsArgumentException>(() => config.Write("f")).Message);
    }

    [Fact]
    public void Lookups_speak_as_PBS_does()
    {
        SectionConfig config = SectionConfig.Parse(UserSchema.File, "FILE", "user: alice@pbs\n");
        Assert.Equal("alice@pbs", config.Get("user", "alice@pbs").Id);
        Assert.Equal("no such user 'bob@pbs'", Assert.Throws<PbsNotFoundException>(() => config.Get("user", "bob@pbs")).Message);
        Assert.Equal("got unexpected type 'user' for token 'alice@pbs'", Assert.Throws<PbsConflictException>(() => config.Get("token", "alice@pbs")).Message);
    }

    [Fact]
    public void A_section_is_replaced_in_its_place_and_removed_wholly()
    {
        SectionConfig config = SectionConfig.Parse(UserSchema.File, "FILE", "user: a@pbs\n\nuser: b@pbs\n\nuser: a@pbs\n");
        Assert.Equal(["a@pbs", "b@pbs"], config.Sections.Select(section => section.Id));
        var changed = new ConfigSection("user", "b@pbs");
        changed.Set("enable", false);
        config.Set(changed);
        config.Remove("a@pbs");
        Assert.Equal("user: b@pbs\n\tenable false\n", config.Write("FILE"));
    }

    [Fact]
    public void Mutated_files_are_read_or_refused()
    {
        byte[][] samples = [.. Schemas.Keys.Select(file => Corpus.Bytes($"config/{file}.cfg"))];
        MutationFuzz.Run(samples, bytes =>
        {
            string text = ConfigurationText.Decode("f", bytes).Text;
            SectionConfigSchema schema = Schemas.GetValueOrDefault(text.Split(':')[0], UserSchema.File);
            SectionConfig config = SectionConfig.Parse(schema, "f", text);
            Assert.Equal(config.Order.Count, SectionConfig.Parse(schema, "f", Written(config)).Order.Count);
        });
    }

    /// <summary>A property string may hold a control character, which PBS reads but never writes.</summary>
    private static string Written(SectionConfig config)
    {
        try
        {
            return config.Write("f");
        }
        catch (PbsArgumentException e) when (e.Message.Contains("control character", StringComparison.Ordinal))
        {
            throw new PbsFormatException(PbsErrorId.ConfigurationInvalid, e.Message);
        }
    }

    private static JsonElement Cases(string name)
    {
        using JsonDocument document = Corpus.Json($"config/{name}.json");
        return document.RootElement.GetProperty("cases").Clone();
    }

    private static SectionConfig Build(SectionConfigSchema schema, JsonElement input, bool hasTypeError)
    {
        var config = new SectionConfig(schema);
        foreach (JsonElement item in input.EnumerateArray())
        {
            string type = item[0].GetString()!;
            string id = item[1].GetString()!;
            // The real types are built first, which refuses what no section can carry; nothing is added then.
            if (hasTypeError)
            {
                Assert.False(Userid.TryParse(id, out _, out _));
                continue;
            }

            var section = new ConfigSection(type, id);
            foreach (JsonProperty property in item[2].EnumerateObject())
            {
                if (property.Name != schema.Find(type)!.IdProperty) section.Set(property.Name, Value(property.Value));
            }

            config.Set(section);
        }

        return config;
    }

    private static object Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.Array => value.EnumerateArray().Select(Value).ToList(),
        _ => value.GetString()!,
    };

    private static void AssertSections(JsonElement expected, SectionConfig config)
    {
        Assert.Equal(expected.EnumerateArray().Select(section => section.GetProperty("id").GetString()!), config.Order);
        foreach (JsonElement section in expected.EnumerateArray())
        {
            string type = section.GetProperty("type").GetString()!;
            ConfigSection actual = config.Get(type, section.GetProperty("id").GetString()!);
            string idProperty = config.Schema.Find(type)!.IdProperty;
            string[] properties = [.. section.GetProperty("data").EnumerateObject().Select(property => Describe(property.Name, Value(property.Value)))];
            Assert.Equal(properties.Order(StringComparer.Ordinal),
                actual.Properties.Append(new(idProperty, actual.Id)).Select(property => Describe(property.Key, property.Value)).Order(StringComparer.Ordinal));
        }
    }

    private static string Describe(string key, object value) => value is IEnumerable<object> list
        ? $"{key}=[{string.Join('|', list)}]"
        : string.Create(CultureInfo.InvariantCulture, $"{key}={value} ({value.GetType().Name})");
}
