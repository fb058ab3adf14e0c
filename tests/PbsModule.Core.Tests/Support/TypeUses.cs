using System.Reflection;
using System.Reflection.Emit;

namespace PbsModule.Core.Tests;

/// <summary>
/// Which type uses which, from metadata and IL: base types, interfaces, fields, signatures, locals, and every type,
/// method or field a body names.
/// </summary>
internal static class TypeUses
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly OpCode[] OneByte = new OpCode[256];
    private static readonly OpCode[] TwoByte = new OpCode[256];

    static TypeUses()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            (code.Size == 1 ? OneByte : TwoByte)[code.Value & 0xFF] = code;
        }
    }

    /// <summary>Nested types count as the outermost one; constructed generics as their definition and arguments.</summary>
    public static IEnumerable<(Type From, Type To)> In(Assembly assembly) =>
        from type in assembly.GetTypes()
        from used in Of(type).SelectMany(Flatten)
        select (Outermost(type), Outermost(used));

    /// <summary>The methods that the bodies of an assembly name, with the type whose body it is.</summary>
    public static IEnumerable<(Type From, MethodBase Called)> Calls(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything))
        from member in MembersInBody(method, method.GetMethodBody()?.GetILAsByteArray() ?? [])
        where member is MethodBase
        select (Outermost(type), (MethodBase)member);

    private static IEnumerable<Type?> Of(Type type)
    {
        yield return type.BaseType;
        foreach (Type face in type.GetInterfaces()) yield return face;
        foreach (FieldInfo field in type.GetFields(Everything)) yield return field.FieldType;
        foreach (MethodBase method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            yield return (method as MethodInfo)?.ReturnType;
            foreach (ParameterInfo parameter in method.GetParameters()) yield return parameter.ParameterType;
            if (method.GetMethodBody() is not { } body) continue;
            foreach (LocalVariableInfo local in body.LocalVariables) yield return local.LocalType;
            foreach (Type? named in InBody(method, body.GetILAsByteArray() ?? [])) yield return named;
        }
    }

    private static IEnumerable<Type?> InBody(MethodBase method, byte[] il)
    {
        foreach (MemberInfo? member in MembersInBody(method, il))
        {
            yield return member as Type ?? member?.DeclaringType;
            if (member is not MethodInfo { IsGenericMethod: true } generic) continue;
            foreach (Type argument in generic.GetGenericArguments()) yield return argument;
        }
    }

    private static IEnumerable<MemberInfo?> MembersInBody(MethodBase method, byte[] il)
    {
        Type[] typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : [];
        Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (int at = 0; at < il.Length;)
        {
            OpCode code = il[at] == 0xFE ? TwoByte[il[at + 1]] : OneByte[il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return method.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments);
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Flatten(Type? type)
    {
        if (type is null || type.IsGenericParameter) yield break;
        if (type.HasElementType)
        {
            foreach (Type inner in Flatten(type.GetElementType())) yield return inner;
            yield break;
        }

        yield return type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        foreach (Type argument in type.GetGenericArguments().SelectMany(Flatten)) yield return argument;
    }

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }
}
