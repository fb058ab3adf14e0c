Describe 'Measure-PbsDatastore' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $Store; other = "$TestDrive/none" })
    }
    AfterAll { Disconnect-PbsServer }

    It 'counts what a store is filled with' {
        $space = Measure-PbsDatastore ds1
        $space | Should -BeOfType PbsModule.Core.Features.Space.DatastoreSpaceInfo
        $space.SnapshotCount, $space.GroupCount, $space.NamespaceCount | Should -Be 26, 11, 4
        $files = Get-ChildItem (Join-Path $Store .chunks) -Recurse -File
        $space.StoredSize + $space.UnreferencedSize | Should -Be ($files | Measure-Object Length -Sum).Sum
        $space.UnreferencedChunkCount | Should -Be 2
        $space.ChunkCount + $space.UnreferencedChunkCount | Should -Be $files.Count
        $space.ExclusiveSize | Should -Be $space.StoredSize
        $space.DeduplicationFactor * $space.CompressionFactor | Should -BeGreaterThan 1
    }

    It 'takes paths, objects, rows and several' {
        (Measure-PbsDatastore $Store).Datastore | Should -Be $Store
        (Get-PbsDatastore ds1 | Measure-PbsDatastore).ChunkCount | Should -Be (Measure-PbsDatastore $Store).ChunkCount
        @(Measure-PbsDatastore ds1, $Store).Count | Should -Be 2
        (Measure-PbsDatastore ds1 | ConvertTo-Csv | ConvertFrom-Csv | Measure-PbsDatastore).Datastore | Should -Be 'ds1'
    }

    It 'reports a store that is not there and goes on' {
        $failed = $null
        (Measure-PbsDatastore other, ds1 -ErrorAction SilentlyContinue -ErrorVariable failed).Datastore | Should -Be 'ds1'
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'Datastore*,PbsModule.Commands.MeasurePbsDatastoreCommand'
    }

    It 'warns of what it cannot read, and counts the rest' {
        $warned = $null
        $space = Measure-PbsDatastore $Corrupt -WarningAction SilentlyContinue -WarningVariable warned
        $space.DamagedSnapshotCount | Should -BeGreaterThan 0
        $space.MissingChunkCount | Should -BeGreaterThan 0
        ($warned -join "`n") | Should -Match 'what it references is not counted'
    }

    It 'is for who may audit the store' {
        $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId backup@pbs
        try { { Measure-PbsDatastore ds1 -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*' }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }

    It 'needs no more memory than it may have, changes nothing, and stops' {
        $before = Get-Fingerprint $Store
        (Measure-PbsDatastore ds1 -MemoryLimit 1MB).StoredSize | Should -Be (Measure-PbsDatastore ds1).StoredSize
        { Measure-PbsDatastore ds1 -MemoryLimit 5 } | Should -Throw
        Get-Fingerprint $Store | Should -Be $before
        Measure-Stop "while (`$true) { Measure-PbsDatastore '$Store' }" -After 1 | Should -BeLessThan 10
    }

    It 'completes, and reads as a table' {
        (Get-Completion 'Measure-PbsDatastore d').CompletionText | Should -Be 'ds1'
        $text = Measure-PbsDatastore ds1 | Format-Table | Out-String -Width 120 -Stream
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$text" | Should -Match 'Unreferenced'
    }
}
