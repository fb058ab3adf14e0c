namespace PbsModule.Core.Formats.Json;

internal ref partial struct JsonParser
{
    private JsonValue ReadNumber()
    {
        bool negative = _text[_at] == (byte)'-';
        if (negative) _at++;
        if (_at == _text.Length) throw ErrorBefore("EOF while parsing a value");
        byte first = _text[_at++];
        if (!char.IsAsciiDigit((char)first)) throw ErrorBefore("invalid number");
        if (first == (byte)'0' && NextIsDigit) throw ErrorAtNext("invalid number");

        // Only digits that fit in 64 bits are used. Further digits only shift the decimal point.
        ulong significand = first - (ulong)'0';
        while (NextIsDigit && TryAppendDigit(ref significand, _text[_at])) _at++;
        int exponent = SkipDigits();
        bool isInteger = exponent == 0;

        if (Next == '.')
        {
            isInteger = false;
            exponent += ReadFraction(ref significand);
        }

        if (Next is 'e' or 'E')
        {
            isInteger = false;
            if (!TryReadExponent(significand == 0, ref exponent)) return JsonValue.From(negative ? -0.0 : 0.0);
        }

        if (isInteger && !negative) return JsonValue.From(significand);
        if (isInteger && significand is > 0 and <= 1UL << 63) return JsonValue.From(unchecked(-(long)significand));
        if (!JsonNumber.TryScale(significand, exponent, out double value)) throw ErrorBefore("number out of range");
        return JsonValue.From(negative ? -value : value);
    }

    /// <summary>Reads from the point. Returns the change of the exponent by the used digits.</summary>
    private int ReadFraction(ref ulong significand)
    {
        _at++;
        int start = _at;
        while (NextIsDigit && TryAppendDigit(ref significand, _text[_at])) _at++;
        int taken = _at - start;
        if (SkipDigits() + taken == 0)
        {
            throw ErrorAtNext(_at == _text.Length ? "EOF while parsing a value" : "invalid number");
        }

        return -taken;
    }

    /// <summary>Reads from the e. Returns false if the exponent makes the number zero.</summary>
    private bool TryReadExponent(bool zero, ref int exponent)
    {
        _at++;
        bool negative = Next == '-';
        if (Next is '+' or '-') _at++;
        if (_at == _text.Length) throw ErrorBefore("EOF while parsing a value");
        if (!char.IsAsciiDigit((char)_text[_at++])) throw ErrorBefore("invalid number");

        long value = _text[_at - 1] - '0';
        while (NextIsDigit)
        {
            value = (value * 10) + (_text[_at++] - '0');
            if (value <= int.MaxValue) continue;
            if (!zero && !negative) throw ErrorBefore("number out of range");
            SkipDigits();
            return false;
        }

        exponent = (int)Math.Clamp(exponent + (negative ? -value : value), int.MinValue, int.MaxValue);
        return true;
    }

    private int SkipDigits()
    {
        int start = _at;
        while (NextIsDigit) _at++;
        return _at - start;
    }

    private static bool TryAppendDigit(ref ulong significand, byte digit)
    {
        UInt128 longer = ((UInt128)significand * 10) + (ulong)(digit - '0');
        if (longer > ulong.MaxValue) return false;
        significand = (ulong)longer;
        return true;
    }

    /// <summary>
    /// The next character, or NUL at the end. A NUL in the text is treated like the end, because it is not valid
    /// either.
    /// </summary>
    private readonly char Next => _at < _text.Length ? (char)_text[_at] : '\0';

    private readonly bool NextIsDigit => char.IsAsciiDigit(Next);
}
