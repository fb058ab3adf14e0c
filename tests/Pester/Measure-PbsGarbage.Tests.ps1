Describe 'Measure-PbsGarbage' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $server = Connect-TestServer
        $chunks = Get-ChildItem (Join-Path $server.Store .chunks) -Recurse -File -Force
        $orphans = '322998b8bd487331bffe06e0f711fe2611733886476eea06a6707447d10064c6', '6705d3b6327623ec63be1007796ba59b856b835f397a5ca34ed3d45056de8209'
        $old = Get-Item (Join-Path $server.Store .chunks 3229 $orphans[0])
    }
    BeforeEach {
        foreach ($chunk in $chunks) { $chunk.LastAccessTimeUtc = [datetime]::UtcNow.AddHours(-1) }
        $old.LastAccessTimeUtc = [datetime]::UtcNow.AddDays(-40)
    }
    AfterAll { Disconnect-PbsServer }

    It 'tells what can go now and what later' {
        $garbage = Measure-PbsGarbage ds1
        $garbage | Should -BeOfType PbsModule.Core.Features.Garbage.GarbageInfo
        $garbage.ReclaimableChunks, $garbage.PendingChunks, $garbage.BadChunks, $garbage.MissingChunks | Should -Be 1, 1, 0, 0
        $garbage.ReclaimableBytes | Should -Be $old.Length
        $garbage.ReclaimableBytes + $garbage.PendingBytes | Should -Be 6273
        $garbage.InUseChunks, $garbage.InUseBytes, $garbage.IndexFileCount, $garbage.IndexDataBytes | Should -Be 58, 3597690, 50, 52131954
        $garbage.EligibleAt | Should -BeGreaterThan ([DateTimeOffset]::UtcNow.AddHours(22))
        $garbage.EligibleAt | Should -BeLessThan ([DateTimeOffset]::UtcNow.AddHours(25))
        ($garbage.Ages | Where-Object Chunks).Age | Should -Be 'under a day', '30 to 365 days'
    }

    It 'takes an older cutoff, not a younger one' {
        (Measure-PbsGarbage ds1 -Cutoff (Get-Date).AddDays(-60)).ReclaimableChunks | Should -Be 0
        { Measure-PbsGarbage ds1 -Cutoff (Get-Date) -ErrorAction Stop } | Should -Throw -ErrorId 'CutoffTooRecent,*'
    }

    It 'changes nothing, no access time either' {
        $before = Get-Fingerprint $server.Store
        $accessed = $chunks | ForEach-Object { [System.IO.File]::GetLastAccessTimeUtc($_.FullName).Ticks }
        Measure-PbsGarbage ds1 | Should -Not -BeNullOrEmpty
        Get-ChildItem (Join-Path $server.Store .chunks) -Recurse -File -Force | ForEach-Object { [System.IO.File]::GetLastAccessTimeUtc($_.FullName).Ticks } | Should -Be $accessed
        # Reading the contents is what the fingerprint itself does.
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'takes paths, objects, rows and little memory' {
        (Measure-PbsGarbage $server.Store).InUseChunks | Should -Be 58
        (Get-PbsDatastore ds1 | Measure-PbsGarbage -MemoryLimit 1MB).InUseChunks | Should -Be 58
        Measure-PbsGarbage ds1 | Export-Csv (Join-Path $TestDrive garbage.csv)
        (Import-Csv (Join-Path $TestDrive garbage.csv)).Ages | Should -BeLike 'under a day: * in 1 chunks; 30 to 365 days: * in 1 chunks'
        (Import-Csv (Join-Path $TestDrive garbage.csv) | Measure-PbsGarbage).InUseChunks | Should -Be 58
        @(Get-PbsSnapshot ds1 vm/100 | Measure-PbsGarbage).Count | Should -Be 1
        (Measure-PbsGarbage ds1 | ConvertTo-Json -Depth 4 | ConvertFrom-Json).Ages.Count | Should -Be 5
    }

    It 'says which index cannot be read' {
        $null = Connect-PbsServer (New-ConfigRoot @{ bad = $Corrupt }) -RunRoot $server.Run
        $problems = $null
        Measure-PbsGarbage bad -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $untrusted = @($problems | Where-Object FullyQualifiedErrorId -Like 'IndexChecksumMismatch,*')
        "$($untrusted[0])" | Should -BeLike "can't trust index '*/host/alpha/2023-12-31T23:30:00Z/root.pxar.didx' of snapshot *"
        $unread = @($problems | Where-Object FullyQualifiedErrorId -Like 'IndexInvalid,*')
        "$unread" | Should -BeLike "can't read index '*/ns/a/ns/b/ct/101/2024-07-04T00:00:00Z/root.pxar.didx' - got unknown magic number"
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run
    }

    It 'says which index is not what was written, and measures' {
        $other = Connect-TestServer
        $index = Get-Item (Join-Path $other.Store host/multi.chunk_test-1/2024-01-15T06:07:08Z/multi.pxar.didx)
        $stream = $index.OpenWrite()
        $stream.SetLength($index.Length - 40)
        $stream.Dispose()
        (Measure-PbsGarbage ds1 -ErrorVariable problems -ErrorAction SilentlyContinue).IndexFileCount | Should -Be 50
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'IndexChecksumMismatch,*'
        $problems[0].Exception.Message | Should -BeLike "can't trust index '$($index.FullName)' of snapshot *wrong size for file 'multi.pxar.didx'*"
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run
    }

    It 'names a link in the place of a chunk folder' {
        $other = Connect-TestServer
        $folder = Join-Path $other.Store .chunks 3229
        Move-Item $folder (Join-Path $other.Store elsewhere)
        $null = New-Item -ItemType SymbolicLink $folder -Target (Join-Path $other.Store elsewhere)
        { Measure-PbsGarbage ds1 -ErrorAction Stop } | Should -Throw '*is a symbolic link where a folder of chunks belongs*' -ErrorId 'SymbolicLinkRefused,*'
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run
    }

    It 'is for auditors, reads as a table and completes names' {
        Measure-PbsGarbage ds1 | Out-String -Width 120 | Should -Match 'Reclaimable'
        (Get-Completion 'Measure-PbsGarbage d').CompletionText | Should -Be 'ds1'
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Measure-PbsGarbage ds1 -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Audit on /datastore/ds1'
    }
}
