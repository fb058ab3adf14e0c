Describe 'Start-PbsGarbageCollection' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        function Get-ChunkCount { @(Get-ChildItem (Join-Path $server.Store .chunks) -Recurse -File -Force).Count }
    }
    BeforeEach {
        $server = Connect-TestServer
        foreach ($chunk in Get-ChildItem (Join-Path $server.Store .chunks) -Recurse -File -Force) { $chunk.LastAccessTimeUtc = [datetime]::UtcNow.AddDays(-40) }
    }
    AfterAll { Disconnect-PbsServer }

    It 'removes what nothing refers to' {
        $status = Start-PbsGarbageCollection ds1
        $status | Should -BeOfType PbsModule.Core.Features.Garbage.GarbageCollectionStatus
        $status.RemovedChunks, $status.RemovedBytes, $status.DiskChunks, $status.IndexFileCount | Should -Be 2, 6273, 58, 50
        $status.Upid | Should -BeLike 'UPID:*:garbage_collection:ds1:root@pam:'
        Get-ChunkCount | Should -Be 58
        (Get-PbsGarbageCollectionStatus ds1).Upid | Should -Be $status.Upid
        (Get-PbsSnapshot ds1 -Recurse | Measure-Object).Count | Should -BeGreaterThan 20
    }

    It 'lists what it would do with -WhatIf and does nothing' {
        $accessed = (Get-ChildItem (Join-Path $server.Store .chunks) -Recurse -File -Force).LastAccessTimeUtc
        $garbage = Start-PbsGarbageCollection ds1 -WhatIf
        $garbage | Should -BeOfType PbsModule.Core.Features.Garbage.GarbageInfo
        $garbage.ReclaimableChunks, $garbage.ReclaimableBytes | Should -Be 2, 6273
        (Get-ChildItem (Join-Path $server.Store .chunks) -Recurse -File -Force).LastAccessTimeUtc | Should -Be $accessed
        # A fingerprint reads the chunks, which makes them young.
        $before = Get-Fingerprint $server.Store
        (Start-PbsGarbageCollection ds1 -WhatIf).InUseChunks | Should -Be 58
        Get-Fingerprint $server.Store | Should -Be $before
        { Start-PbsGarbageCollection ds1 -Cutoff (Get-Date) -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'CutoffTooRecent,*'
        { Start-PbsGarbageCollection none -WhatIf -ErrorAction Stop } | Should -Throw
    }

    It 'takes an older cutoff' {
        (Start-PbsGarbageCollection ds1 -Cutoff (Get-Date).AddDays(-60)).PendingChunks | Should -Be 2
        Get-ChunkCount | Should -Be 60
    }

    It 'works as a job' {
        $job = Start-PbsGarbageCollection ds1 -AsJob
        $job | Should -BeOfType System.Management.Automation.Job
        ($job | Wait-Job | Receive-Job -AutoRemoveJob -Wait).RemovedChunks | Should -Be 2
    }

    It 'takes objects and rows, and needs a name' {
        (Get-PbsDatastore ds1 | Start-PbsGarbageCollection).RemovedChunks | Should -Be 2
        ([pscustomobject]@{ Datastore = 'ds1' } | Start-PbsGarbageCollection).RemovedChunks | Should -Be 0
        ((Get-Command Start-PbsGarbageCollection).ParameterSets[0].Parameters | Where-Object Name -eq Datastore).IsMandatory | Should -BeTrue
    }

    It 'says what it does in PBS''s words' {
        $lines = Start-PbsGarbageCollection ds1 -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object Message
        $lines | Should -Contain 'starting garbage collection on store ds1'
        $lines | Should -Contain 'marked 100% (50 of 50 index files)'
        $lines | Should -Contain 'Removed garbage: 6.126 KiB'
    }

    It 'refuses while an index cannot be read' {
        Set-Content (Join-Path $server.Store vm/100/2024-05-05T00:00:02Z/drive-scsi0.img.fidx) 'broken'
        { Start-PbsGarbageCollection ds1 -ErrorAction Stop } | Should -Throw "can't read index '*drive-scsi0.img.fidx' - *" -ErrorId 'IndexInvalid,*'
        Get-ChunkCount | Should -Be 60
    }

    It 'refuses an index that was cut off, and -WhatIf says so beside its figures' {
        $index = Get-Item (Join-Path $server.Store host/multi.chunk_test-1/2024-01-15T06:07:08Z/multi.pxar.didx)
        $stream = $index.OpenWrite()
        $stream.SetLength($index.Length - 40)
        $stream.Dispose()
        $garbage = Start-PbsGarbageCollection ds1 -WhatIf -ErrorVariable problems -ErrorAction SilentlyContinue
        $garbage | Should -BeOfType PbsModule.Core.Features.Garbage.GarbageInfo
        $problems.FullyQualifiedErrorId | Should -BeLike 'IndexChecksumMismatch,*'
        $warnings = $null
        $refusal = { Start-PbsGarbageCollection ds1 -ErrorAction Stop -WarningVariable warnings -WarningAction SilentlyContinue } |
            Should -Throw "can't trust index '$($index.FullName)' of snapshot 'host/multi.chunk_test-1/2024-01-15T06:07:08Z': *" -ErrorId 'IndexChecksumMismatch,*' -PassThru
        $refusal.ErrorDetails.RecommendedAction | Should -BeLike '*Do not let a server collect before that*'
        Get-ChunkCount | Should -Be 60
    }

    It 'refuses who may not' {
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Start-PbsGarbageCollection ds1 -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Modify on /datastore/ds1' -ErrorId 'PermissionDenied,*'
        Get-ChunkCount | Should -Be 60
    }

    It 'wants -Force where a server''s locks cannot be seen' {
        if (Test-Path /run/proxmox-backup) { Set-ItResult -Skipped -Because 'this machine is a server'; return }
        $null = Connect-PbsServer $server.Config -RunRoot (Join-Path $TestDrive none)
        { Start-PbsGarbageCollection ds1 -ErrorAction Stop } | Should -Throw -ErrorId 'LocksNotVisible,*'
        (Start-PbsGarbageCollection ds1 -Force).RemovedChunks | Should -Be 2
    }

    It 'refuses while another datastore has the same chunks' {
        $other = New-Item -ItemType Directory (Join-Path $TestDrive ([guid]::NewGuid().ToString('N')))
        $null = New-Item -ItemType SymbolicLink (Join-Path $other .chunks) -Target (Join-Path $server.Store .chunks)
        { Start-PbsGarbageCollection $other.FullName -Force -ErrorAction Stop } | Should -Throw "*keeps its chunks in the same folder as datastore 'ds1'*" -ErrorId 'ChunksShared,*'
        Get-ChunkCount | Should -Be 60
    }

    It 'stops with the pipeline before anything is removed' {
        # An index of chunks that are not there: a warning each, which waits while nobody takes it.
        $index = [System.IO.MemoryStream]::new()
        $index.Write([System.IO.File]::ReadAllBytes((Get-ChildItem $server.Store -Recurse -Filter *.didx | Select-Object -First 1).FullName), 0, 4096)
        foreach ($number in 1..5000) {
            $index.Write([System.BitConverter]::GetBytes([long] $number))
            $index.Write([System.Security.Cryptography.SHA256]::HashData([System.BitConverter]::GetBytes($number)))
        }
        $folder = New-Item -ItemType Directory (Join-Path $server.Store zz)
        [System.IO.File]::WriteAllBytes((Join-Path $folder x.didx), $index.ToArray())
        $status = Get-PbsGarbageCollectionStatus ds1 | ConvertTo-Json
        $connect = "`$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'"
        Measure-Stop "$connect; Start-PbsGarbageCollection ds1 3>&1 | ForEach-Object { `$_; Start-Sleep -Milliseconds 10 }" -After 20 | Should -BeLessThan 10
        Get-ChunkCount | Should -Be 60
        Get-PbsGarbageCollectionStatus ds1 | ConvertTo-Json | Should -Be $status
        Get-ChildItem (Join-Path $server.Store .chunks) -Force -File | Should -BeNullOrEmpty
        Remove-Item $folder -Recurse
        (Start-PbsGarbageCollection ds1).RemovedChunks | Should -Be 2
        Get-ChunkCount | Should -Be 58
    }

    It 'stops with the pipeline wherever it is' {
        $connect = "`$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'"
        foreach ($after in 1..3) { Measure-Stop "$connect; while (`$true) { Start-PbsGarbageCollection ds1 }" -After $after | Should -BeLessThan 10 }
        Get-ChunkCount | Should -Be 58
        (Start-PbsGarbageCollection ds1).DiskChunks | Should -Be 58
        (Get-PbsGarbageCollectionStatus ds1).DiskChunks | Should -Be 58
    }

    It 'completes names' { (Get-Completion 'Start-PbsGarbageCollection d').CompletionText | Should -Be 'ds1' }
}
