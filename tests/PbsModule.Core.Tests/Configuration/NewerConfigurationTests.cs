using System.Text;
using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>Configuration files of releases after those that the schemas describe: what is unknown is kept and told, and never refused.</summary>
public class NewerConfigurationTests
{
    private const string Datastores =
        "datastore: main\n\tpath /srv/main\n\ttuning gc-atime-cutoff=2000,gc-magic=7\n\tnew-key some value\n\nvault: deep\n\tany thing\n\tany other\n\ndatastore: second\n\tpath /srv/second\n";

    [Fact]
    public void Unknown_keys_and_sections_do_not_stop_reading()
    {
        DatastoreConfig config = DatastoreConfig.Parse(Text("datastore.cfg", Datastores));
        Assert.Equal(["main", "second"], config.Entries.Select(entry => entry.Name));
        Assert.Equal(("some value", 2000), (config.Entries[0].RawProperties["new-key"], config.Entries[0].Tuning.GcAtimeCutoff));
        Assert.Equal(
            [
                "\"datastore.cfg\" line 3: 'tuning' of datastore: main has the unknown key 'gc-magic'",
                "\"datastore.cfg\" line 4: datastore: main has the unknown property 'new-key'",
                "\"datastore.cfg\" line 6: section 'deep' has the unknown type 'vault'",
            ],
            config.Unknown);
    }

    [Fact]
    public void Unknown_sections_are_kept_with_their_properties()
    {
        SectionConfig config = SectionConfig.Read(DatastoreSchema.File, Text("datastore.cfg", Datastores));
        ConfigSection vault = Assert.Single(config.UnknownSections);
        Assert.Equal(("vault", "deep", "other"), (vault.Type, vault.Id, vault.Text("any")));
    }

    [Theory]
    [InlineData("datastore: main\n\tnew-key x\n", "property 'path' is missing and it is not optional.")]
    [InlineData("datastore: main\n\tpath /a\n\tgc-schedule never\n", "property 'gc-schedule'")]
    [InlineData("datastore: main\n\tpath /a\n\ttuning gc-atime-cutoff=0,new=1\n", "property 'tuning'")]
    [InlineData("datastore: main\n\tpath /a\n\ttuning new=1,new=2\n", "property 'tuning'")]
    [InlineData("no header\n", "syntax error")]
    public void What_is_known_is_checked_as_before(string text, string reason)
    {
        var error = Assert.Throws<PbsFormatException>(() => DatastoreConfig.Parse(Text("datastore.cfg", text)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_tells_what_it_leaves_out_of_account()
    {
        using var server = new ServerFolder();
        server.Write("datastore.cfg", Datastores);
        server.Write("user.cfg", "user: a@pbs\n\tshoe-size 45\n\nrobot: r2\n\tkind d2\n");
        Connection connection = Connection.Local(server.Options);
        Assert.Equal(5, connection.UnknownSettings.Count);
        Assert.Contains(connection.UnknownSettings, what => what.Contains("'shoe-size'", StringComparison.Ordinal));
    }

    [Fact]
    public void Hostile_files_are_refused_or_read_without_harm()
    {
        SectionConfigSchema[] schemas = [DatastoreSchema.File, UserSchema.File, PruneJobSchema.File, VerificationJobSchema.File, SyncJobSchema.File, RemoteSchema.File];
        string[] files = ["datastore.cfg", "user.cfg", "prune.cfg", "verification.cfg", "sync.cfg", "remote.cfg"];
        for (int i = 0; i < schemas.Length; i++)
        {
            SectionConfigSchema schema = schemas[i];
            MutationFuzz.Run([Corpus.Bytes($"config/{files[i]}"), Encoding.UTF8.GetBytes(Datastores)], input =>
            {
                SectionConfig read = SectionConfig.Read(schema, ConfigurationText.Decode("FILE", input));
                foreach (ConfigSection section in read.Sections.Concat(read.UnknownSections)) _ = section.ToString();
            });
        }
    }

    [Fact]
    public void Hostile_endpoints_and_keys_are_refused_or_read_without_harm()
    {
        const string endpoints = "s3-endpoint: minio-1\n\taccess-key AK\n\tendpoint {{bucket}}.s3.example.com\n\tpath-style true\n\tport 9000\n\tprovider-quirks skip-if-none-match-header\n\tput-rate-limit 7\n\tsecret-key s\n\ns3client: old\n\taccess-key AK\n\tendpoint 192.0.2.1\n\tsecret-key s\n";
        SectionConfig read = SectionConfig.Read(S3EndpointSchema.File, Text("s3.cfg", endpoints));
        Assert.Equal(["minio-1", "old"], read.Sections.Select(section => section.Id));
        Assert.Empty(read.Unknown);
        foreach (SectionConfigSchema schema in (SectionConfigSchema[])[S3EndpointSchema.File, EncryptionKeySchema.File])
        {
            MutationFuzz.Run([Encoding.UTF8.GetBytes(endpoints)], input => _ = SectionConfig.Read(schema, ConfigurationText.Decode("FILE", input)).Sections.Count());
        }
    }

    private static ConfigurationText Text(string path, string text) => ConfigurationText.Decode(path, Encoding.UTF8.GetBytes(text));
}
