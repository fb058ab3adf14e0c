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
    Set-Content (Join-Path $root user.cfg) (@(
            "user: admin@pbs`n`tcomment Administrator`n", "token: admin@pbs!t1`n", "user: alice@pbs`n`tfirstname Alice`n`tlastname Ant`n"
            "token: alice@pbs!t-1`n`tcomment nightly script`n", "user: backup@pbs`n", "user: off@pbs`n`tenable false`n") -join "`n")
    Set-Content (Join-Path $root acl.cfg) @(
        'acl:1:/:admin@pbs:Admin', 'acl:1:/datastore:alice@pbs:DatastoreAdmin', 'acl:0:/datastore/ds1:alice@pbs:NoAccess'
        'acl:1:/datastore/ds1:backup@pbs:DatastoreBackup', 'acl:1:/datastore/ds1/a:alice@pbs!t-1:DatastoreReader')
    Copy-Item (Join-Path $PSScriptRoot ../corpus/config/shadow.json), (Join-Path $PSScriptRoot ../corpus/config/token.shadow) $root
    $root
}

# The logs of a server: 66 tasks, some damaged lines, four tasks of a process that is gone. A copy, for each test its own.
function New-LogRoot {
    $root = Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))
    # Copy-Item takes the backslashes in UPIDs for separators.
    & cp -pR $env:PBS_TEST_TASKS $root
    $root
}

# The state folder of a server: statistics of datastore ds1, taken until the first of June 2024.
function New-StateRoot {
    $root = Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))
    $null = New-Item -ItemType Directory (Join-Path $root rrdb/datastore)
    Copy-Item (Join-Path $PSScriptRoot ../corpus/rrd/rrdb/datastore/main) (Join-Path $root rrdb/datastore/ds1) -Recurse
    $root
}

# Jobs and a remote in a configuration, and their states in a state folder of their own, whose path comes back: a prune job that
# failed, a synchronization job that has not run, and the garbage collection of ds1, which is a task of New-LogRoot.
function New-JobRoot {
    param([string] $Config, [string] $Root = (New-StateRoot))
    Set-Content (Join-Path $Config prune.cfg) "prune: nightly`n`tcomment Every night`n`tkeep-daily 7`n`tkeep-last 3`n`tschedule 2:30`n`tstore ds1`n"
    Set-Content (Join-Path $Config sync.cfg) "sync: from-offsite`n`tremote offsite`n`tremote-store main`n`tschedule mon..fri 4:00`n`tstore ds1`n"
    Set-Content (Join-Path $Config remote.cfg) "remote: offsite`n`tauth-id sync@pbs!pull`n`thost pbs.example.com`n`tpassword c2VjcmV0`n`tport 8008`n"
    $states = New-Item -ItemType Directory (Join-Path $Root jobstates)
    Set-Content (Join-Path $states prunejob-nightly.json) '{"finished":{"upid":"UPID:pbs-one:000018E3:000AB880:00000009:66082120:prunejob:ds1:root@pam:","state":{"Error":{"message":"no space left","endtime":1711808931}},"updated":null}}'
    Set-Content (Join-Path $states garbage_collection-ds1.json) '{"finished":{"upid":"UPID:pbs-one:000018E3:000AB880:00000000:66082120:garbage_collection:main:root@pam:","state":{"OK":{"endtime":1711808931}},"updated":null}}'
    $Root
}

# A task (verify store1, of root@pam) that another process works on until it is stopped; it is in the lists when this returns.
function Start-OtherTask {
    param([string] $LogRoot)
    $start = [System.Diagnostics.ProcessStartInfo]::new($env:PBS_TEST_DOTNET, [string[]] @($env:PBS_TEST_PROBE))
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.WriteLine("take`tt`ttask`tExclusive`t$LogRoot")
    $answer = $process.StandardOutput.ReadLine()
    if ($answer -ne 'held') { throw "the other process did not start a task: $answer" }
    $process
}

function Stop-OtherTask {
    param([System.Diagnostics.Process] $Process)
    if (-not $Process.HasExited) { $Process.Kill() }
    $Process.WaitForExit()
    $Process.Dispose()
}

# Runs a script in a runspace of its own, stops it once it has written so many objects, and says how many seconds that took.
function Measure-Stop {
    param([string] $Script, [int] $After)
    $shell = [powershell]::Create()
    try {
        $null = $shell.AddScript("Import-Module '$env:PBS_TEST_MODULE'; $Script")
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $running = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
        $deadline = [datetime]::UtcNow.AddSeconds(60)
        while ($output.Count -lt $After -and -not $running.IsCompleted -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 10 }
        $running.IsCompleted | Should -BeFalse
        $output.Count | Should -BeGreaterOrEqual $After
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $running.IsCompleted | Should -BeTrue
        $watch.Elapsed.TotalSeconds
    }
    finally { $shell.Dispose() }
}

# A server whose store and entries a test may change: a copy of the store, a configuration with it, a run directory; connected to.
function Connect-TestServer {
    $place = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))
    $copy = Join-Path $place ds1
    if ($IsLinux) { & cp -a $Store $copy } else { Copy-Item $Store $copy -Recurse }
    $run = (New-Item -ItemType Directory (Join-Path $place run)).FullName
    $root = New-ConfigRoot @{ ds1 = $copy }
    $null = Connect-PbsServer $root -RunRoot $run
    [pscustomobject]@{ Store = $copy; Config = $root; Run = $run; Acl = Join-Path $root acl.cfg }
}

# Everything below a folder: names, kinds, sizes, modes, owners, mtime, ctime, contents. A cmdlet that reads leaves it as it is.
function Get-Fingerprint {
    param([string] $Path)
    if ($IsLinux) { & find $Path -printf '%P %y %s %m %u:%g %T@ %C@\n' | Sort-Object -Culture '' -CaseSensitive }
    Get-ChildItem $Path -Recurse -Force -File | ForEach-Object { "$($_.FullName) $($_.LastWriteTimeUtc.Ticks) $([convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($_.FullName))))" } | Sort-Object -Culture '' -CaseSensitive
}

# What Tab offers at the end of a line.
function Get-Completion {
    param([string] $Line)
    (TabExpansion2 $Line -cursorColumn $Line.Length).CompletionMatches
}
