using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PbsModule.Core.Formats;

namespace PbsModule.Bench.Store;

/// <summary>The text of a snapshot's manifest as a server writes it: members in byte order, two blanks of indent.</summary>
internal static class ManifestText
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, StorePlan plan, int group, int snapshot, Digest checksum)
    {
        GroupPath path = StorePlan.Group(group);
        long time = plan.Time(group, snapshot);
        using var json = new Utf8JsonWriter(output, Layout);
        json.WriteStartObject();
        json.WriteString("backup-id", path.Id);
        json.WriteNumber("backup-time", time);
        json.WriteString("backup-type", path.Type.Text());
        json.WriteStartArray("files");
        json.WriteStartObject();
        json.WriteString("crypt-mode", "none");
        json.WriteString("csum", checksum.ToString());
        json.WriteString("filename", StorePlan.Archive(path.Type));
        json.WriteNumber("size", (long)plan.Chunks * StorePlan.ChunkSize);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNull("signature");
        WriteUnprotected(json, plan, group, snapshot, time);
        json.WriteEndObject();
    }

    private static void WriteUnprotected(Utf8JsonWriter json, StorePlan plan, int group, int snapshot, long time)
    {
        json.WriteStartObject("unprotected");
        json.WriteStartObject("chunk_upload_stats");
        json.WriteNumber("compressed_size", StorePlan.ChunkSize * 53 / 100);
        json.WriteNumber("count", 1);
        json.WriteNumber("duplicates", 0);
        json.WriteNumber("size", StorePlan.ChunkSize);
        json.WriteEndObject();
        if (StorePlan.Notes(group, snapshot) is { } notes) json.WriteString("notes", notes);
        if (StorePlan.VerifyState(group, snapshot) is { } state)
        {
            json.WriteStartObject("verify_state");
            json.WriteString("state", state);
            var upid = new Upid("backup1", 1440, 74565, (ulong)((group * plan.Snapshots) + snapshot), time + 3600, "verificationjob", "bench:v-0815", "root@pam");
            json.WriteString("upid", upid.ToString());
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
