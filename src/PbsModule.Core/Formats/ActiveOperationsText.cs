using System.Text.Json;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats;

/// <summary>The operations that one process runs on a datastore.</summary>
/// <param name="Pid">The process number.</param>
/// <param name="Start">The start time of the process in clock ticks since boot.</param>
/// <param name="Reads">The number of running operations that read.</param>
/// <param name="Writes">The number of running operations that write.</param>
internal readonly record struct ActiveOperation(uint Pid, ulong Start, long Reads, long Writes);

/// <summary>
/// Reads and writes the file in which the processes that use a datastore count their operations: a JSON array of
/// <c>{"pid", "starttime", "active_operations": {"read", "write"}}</c>. Source: pbs-datastore task_tracking.rs.
/// </summary>
internal static class ActiveOperationsText
{
    private const string Pid = "pid";
    private const string Start = "starttime";
    private const string Operations = "active_operations";
    private const string Read = "read";
    private const string Write = "write";

    /// <exception cref="PbsFormatException">The text is not such an array.</exception>
    public static List<ActiveOperation> Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            var result = new List<ActiveOperation>();
            foreach (JsonElement item in document.RootElement.EnumerateArray())
            {
                JsonElement operations = item.GetProperty(Operations);
                result.Add(new ActiveOperation(
                    item.GetProperty(Pid).GetUInt32(), item.GetProperty(Start).GetUInt64(),
                    operations.GetProperty(Read).GetInt64(), operations.GetProperty(Write).GetInt64()));
            }

            return result;
        }
        catch (Exception e) when (e is JsonException
            or InvalidOperationException
            or KeyNotFoundException
            or FormatException)
        {
            throw new PbsFormatException(
                PbsErrorId.ActiveOperationsInvalid,
                $"unable to parse active operations - {e.Message}",
                inner: e);
        }
    }

    public static byte[] Format(IReadOnlyList<ActiveOperation> operations)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (ActiveOperation operation in operations)
            {
                json.WriteStartObject();
                json.WriteNumber(Pid, operation.Pid);
                json.WriteNumber(Start, operation.Start);
                json.WriteStartObject(Operations);
                json.WriteNumber(Read, operation.Reads);
                json.WriteNumber(Write, operation.Writes);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.ToArray();
    }
}
