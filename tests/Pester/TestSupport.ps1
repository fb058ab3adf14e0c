# Dot-sourced by every test file, first line of its BeforeAll.
Set-StrictMode -Version Latest

if (-not $env:PBS_TEST_MODULE -or -not $env:PBS_TEST_STORE) {
    throw 'Start the suite with ./build.ps1 Test -Pester: it builds the module and unpacks the stores these tests read.'
}

Import-Module $env:PBS_TEST_MODULE -Force
$Store = $env:PBS_TEST_STORE
$Corrupt = $env:PBS_TEST_CORRUPT

# A configuration as a server has it, with the unpacked stores in it.
function New-ConfigRoot {
    param([hashtable] $Datastore = @{ ds1 = $Store })
    $root = Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))
    $null = New-Item -ItemType Directory $root
    $sections = foreach ($name in $Datastore.Keys | Sort-Object) { "datastore: $name`n`tpath $($Datastore[$name])`n`tcomment the store $name`n" }
    Set-Content (Join-Path $root datastore.cfg) ($sections -join "`n")
    Set-Content (Join-Path $root user.cfg) "user: admin@pbs`n`nuser: backup@pbs`n"
    Set-Content (Join-Path $root acl.cfg) "acl:1:/:admin@pbs:Admin"
    $root
}

# Everything below a folder: names, kinds, sizes, modes, owners, mtime, ctime, contents. A cmdlet that reads leaves it as it is.
function Get-Fingerprint {
    param([string] $Path)
    if ($IsLinux) { & find $Path -printf '%P %y %s %m %u:%g %T@ %C@\n' | Sort-Object -Culture '' -CaseSensitive }
    Get-ChildItem $Path -Recurse -Force -File | ForEach-Object { "$($_.FullName) $($_.LastWriteTimeUtc.Ticks) $((Get-FileHash -LiteralPath $_.FullName).Hash)" } | Sort-Object -Culture '' -CaseSensitive
}

# What Tab offers at the end of a line.
function Get-Completion {
    param([string] $Line)
    (TabExpansion2 $Line -cursorColumn $Line.Length).CompletionMatches
}
