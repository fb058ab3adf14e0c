Describe 'Find-PbsChunkReference' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $chunks = (Get-ChildItem (Join-Path $Store .chunks) -Recurse -File).Name
        $all = $chunks | Find-PbsChunkReference ds1
    }
    AfterAll { Disconnect-PbsServer }

    It 'finds every place of a chunk' {
        $all[0] | Should -BeOfType PbsModule.Core.Features.Space.ChunkReferenceInfo
        $all.Count | Should -Be (Measure-PbsDatastore ds1).ReferenceCount
        ($all | Sort-Object Digest -Unique).Count | Should -Be (Measure-PbsDatastore ds1).ChunkCount
        $first = $all | Where-Object { "$_" -like 'vm/100/*drive-scsi0.img.fidx:0' } | Select-Object -First 1
        $first.Offset, $first.Size, $first.Archive | Should -Be 0, 4MB, 'drive-scsi0.img.fidx'
    }

    It 'takes digests by position, by pipe, and objects that have one' {
        $digest = $all[0].Digest
        @(Find-PbsChunkReference ds1 $digest)[0].Digest | Should -Be $digest
        @(Find-PbsChunkReference ds1 $digest.ToUpperInvariant())[0].Digest | Should -Be $digest
        @([pscustomobject]@{ Digest = $digest; Datastore = 'ds1' } | Find-PbsChunkReference).Count | Should -BeGreaterThan 0
        @($all[0] | Find-PbsChunkReference).Count | Should -BeGreaterThan 0
        @($all[0] | ConvertTo-Csv | ConvertFrom-Csv | Find-PbsChunkReference)[0].Digest | Should -Be $digest
    }

    It 'takes what verification has found' {
        if (-not $IsLinux) { Set-ItResult -Skipped -Because "verification takes PBS's locks, which are there on Linux only" }
        $copy = Join-Path $TestDrive corrupt
        & cp -a $Corrupt $copy
        $damage = (Start-PbsVerify $copy -Force -WarningAction Ignore -ErrorAction Ignore).Errors | Where-Object Digest
        $damage.Count | Should -BeGreaterThan 3
        $places = $damage | Find-PbsChunkReference $copy -WarningAction Ignore
        foreach ($one in $damage) { $places.Digest | Should -Contain $one.Digest }
    }

    It 'leads to the snapshot' {
        ($all[0] | Get-PbsSnapshot).BackupTime | Should -Be $all[0].BackupTime
    }

    It 'finds nothing of a chunk that nobody uses, and reports what is no digest' {
        Find-PbsChunkReference ds1 ('0' * 64) -ErrorAction Stop | Should -BeNullOrEmpty
        $failed = $null
        @(Find-PbsChunkReference ds1 xyz, $all[0].Digest -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -BeGreaterThan 0
        $failed[0].FullyQualifiedErrorId | Should -Be 'DigestInvalid,PbsModule.Commands.FindPbsChunkReferenceCommand'
    }

    It 'finds only in what the caller may see' {
        $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId backup@pbs
        try {
            $seen = $chunks | Find-PbsChunkReference ds1
            $seen.BackupId | Should -Contain 'alpha'
            $seen.Count | Should -BeLessThan $all.Count
        }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }

    It 'changes nothing, ends early, and stops' {
        $before = Get-Fingerprint $Store
        @($chunks | Find-PbsChunkReference ds1 | Select-Object -First 2).Count | Should -Be 2
        Get-Fingerprint $Store | Should -Be $before
        Measure-Stop "while (`$true) { '$($all[0].Digest)' | Find-PbsChunkReference '$Store' }" -After 1 | Should -BeLessThan 10
    }

    It 'fits a table' {
        $text = $all | Format-Table | Out-String -Width 120 -Stream
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$text" | Should -Match 'vm/100/2024-05-12T00:00:02Z'
        (Get-Completion 'Find-PbsChunkReference d').CompletionText | Should -Be 'ds1'
    }
}
