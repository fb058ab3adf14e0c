Describe 'Get-PbsGarbageCollectionStatus' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $server = Connect-TestServer
        Set-Content (Join-Path $server.Store .gc-status) '{"upid":"UPID:pbs:00002BED:00054D73:00000000:66321320:garbage_collection:ds1:root@pam:","index-file-count":50,"index-data-bytes":52131954,"disk-bytes":3597690,"disk-chunks":58,"removed-bytes":1,"removed-chunks":2,"pending-bytes":6273,"pending-chunks":3,"removed-bad":4,"still-bad":5}'
    }
    AfterAll { Disconnect-PbsServer }

    It 'shows the counters of the last run' {
        $status = Get-PbsGarbageCollectionStatus ds1
        $status | Should -BeOfType PbsModule.Core.Features.Garbage.GarbageCollectionStatus
        $status.Datastore | Should -Be 'ds1'
        $status.IndexFileCount, $status.IndexDataBytes, $status.DiskBytes, $status.DiskChunks | Should -Be 50, 52131954, 3597690, 58
        $status.RemovedBytes, $status.RemovedChunks, $status.PendingBytes, $status.PendingChunks | Should -Be 1, 2, 6273, 3
        $status.RemovedBad, $status.StillBad | Should -Be 4, 5
        $status.StartTime | Should -Be ([DateTimeOffset]::FromUnixTimeSeconds(0x66321320))
        [Math]::Round($status.DeduplicationFactor, 2) | Should -Be 14.49
    }

    It 'shows zeros where none has run, and takes paths, objects and rows' {
        (Get-PbsGarbageCollectionStatus $Store).DiskChunks | Should -Be 0
        (Get-PbsGarbageCollectionStatus $Store).Upid | Should -BeNullOrEmpty
        (Get-PbsDatastore ds1 | Get-PbsGarbageCollectionStatus).DiskChunks | Should -Be 58
        Get-PbsGarbageCollectionStatus ds1 | Export-Csv (Join-Path $TestDrive gc.csv)
        (Import-Csv (Join-Path $TestDrive gc.csv) | Get-PbsGarbageCollectionStatus).PendingChunks | Should -Be 3
        (Get-PbsGarbageCollectionStatus ds1 | ConvertTo-Json | ConvertFrom-Json).RemovedBad | Should -Be 4
        (Get-PbsDatastoreStatus ds1).LastGarbageCollection.StillBad | Should -Be 5
    }

    It 'reports a store that is not there and goes on' {
        $failed = $null
        @(Get-PbsGarbageCollectionStatus none, ds1 -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike '*,PbsModule.Commands.GetPbsGarbageCollectionStatusCommand'
    }

    It 'is for auditors' {
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Get-PbsGarbageCollectionStatus ds1 -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Audit on /datastore/ds1'
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run
    }

    It 'reads as a table and completes names' {
        Get-PbsGarbageCollectionStatus ds1 | Out-String -Width 120 | Should -Match 'Dedup'
        (Get-Completion 'Get-PbsGarbageCollectionStatus d').CompletionText | Should -Be 'ds1'
    }
}
