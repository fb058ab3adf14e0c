Describe 'Connect-PbsServer' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
    }
    AfterEach { Disconnect-PbsServer }

    It 'takes names from the configuration given' {
        $connection = Connect-PbsServer -ConfigRoot $config
        $connection | Should -BeOfType PbsModule.Binding.ConnectionInfo
        $connection.ConfigRoot | Should -Be $config
        $connection.AuthId | Should -Be 'root@pam'
        $connection.IsImplicit | Should -BeFalse
        (Get-PbsDatastore).Datastore | Should -Be 'ds1'
    }

    It 'takes the folder by position, relative to the current location' {
        Push-Location (Split-Path $config)
        try { (Connect-PbsServer (Split-Path $config -Leaf)).ConfigRoot | Should -Be $config }
        finally { Pop-Location }
    }

    It 'takes the other roots, too' {
        $connection = Connect-PbsServer $config -StateRoot $TestDrive -LogRoot $TestDrive -RunRoot $TestDrive
        $connection.StateRoot, $connection.LogRoot, $connection.RunRoot | Should -Be (@("$TestDrive") * 3)
    }

    It 'shows the version of the server, as given or as its disk has it' {
        (Connect-PbsServer $config).ServerVersion | Should -BeNullOrEmpty
        (Connect-PbsServer $config -ServerVersion 4.10).ServerVersion | Should -Be '4.10.0'
        $disk = Join-Path $TestDrive installed
        $null = New-Item -ItemType Directory "$disk/etc", "$disk/var/lib/dpkg"
        Copy-Item $config "$disk/etc/proxmox-backup" -Recurse
        "Package: proxmox-backup-server`nStatus: install ok installed`nVersion: 4.2.3-1`n" | Set-Content "$disk/var/lib/dpkg/status"
        (Connect-PbsServer "$disk/etc/proxmox-backup").ServerVersion | Should -Be '4.2.3'
        (Get-PbsConnection).ServerVersion | Should -Be '4.2.3'
        { Connect-PbsServer $config -ServerVersion four -ErrorAction Stop } | Should -Throw -ErrorId 'ServerVersionInvalid,*'
    }

    It 'replaces the connection there was' {
        $null = Connect-PbsServer $config
        $null = Connect-PbsServer (New-ConfigRoot @{ other = $Store })
        (Get-PbsDatastore).Datastore | Should -Be 'other'
    }

    It 'says which folder is missing, and leaves no server to go on with by mistake' {
        $null = Connect-PbsServer $config
        $failed = $null
        Connect-PbsServer "$TestDrive/none" -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -Be 'ConfigurationNotFound,PbsModule.Commands.ConnectPbsServerCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[0].TargetObject | Should -Be "$TestDrive/none"
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'ConfigRoot'
        Get-PbsConnection | Should -BeNullOrEmpty
        { Get-PbsGroup ds1 -ErrorAction Stop } | Should -Throw -ErrorId 'NotConnected,*'
    }

    It 'takes no variable that nothing is in for a folder, an identity or a root, and keeps no connection then' {
        $nothing = $null
        foreach ($wrong in { Connect-PbsServer $nothing }, { Connect-PbsServer '' }, { Connect-PbsServer $config -AuthId $nothing }, { Connect-PbsServer $config -RunRoot $nothing }) {
            $null = Connect-PbsServer $config
            $wrong | Should -Throw -ErrorId 'ParameterEmpty,*'
            Get-PbsConnection | Should -BeNullOrEmpty
        }
    }

    It 'ends the use of objects of the connection before, whatever comes after' {
        foreach ($next in { Connect-PbsServer "$TestDrive/none" -ErrorAction SilentlyContinue }, { Connect-PbsServer $config -AuthId alice@pbs }, { Connect-PbsServer $config }) {
            $null = Connect-PbsServer $config
            $group = Get-PbsGroup ds1 vm/100
            $null = & $next
            { $group | Get-PbsSnapshot -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionClosed,*'
        }
    }

    It 'warns of a folder without a configuration, and says where one is' {
        $disk = Join-Path $TestDrive disk
        $null = New-Item -ItemType Directory "$disk/etc"
        Copy-Item $config "$disk/etc/proxmox-backup" -Recurse
        foreach ($folder in $disk, "$disk/etc") {
            $null = Connect-PbsServer $folder -WarningVariable warned -WarningAction SilentlyContinue
            "$warned" | Should -BeLike "there is no datastore.cfg in '$folder'*; there is one in '$disk/etc/proxmox-backup'"
        }
        $null = Connect-PbsServer $Store -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*is a datastore itself*'
        $null = Connect-PbsServer $config -WarningVariable warned
        $warned | Should -BeNullOrEmpty
    }

    It 'refuses what is no identity' {
        { Connect-PbsServer $config -AuthId nobody -ErrorAction Stop } | Should -Throw -ErrorId 'AuthIdInvalid,*'
    }

    It 'acts as who is claimed, and warns of one who could not log in' {
        (Connect-PbsServer $config -AuthId alice@pbs!t-1 -WarningAction Stop).IsProven | Should -BeFalse
        (Connect-PbsServer $config -AuthId off@pbs -WarningVariable warned -WarningAction SilentlyContinue).AuthId | Should -Be 'off@pbs'
        "$warned" | Should -Match 'disabled or expired'
    }

    It 'takes a proof' {
        $secret = ConvertTo-SecureString a2863a7f-26d0-4de3-aed0-63d285ef3430 -AsPlainText
        $connection = Connect-PbsServer $config -Credential ([pscredential]::new('alice@pbs!t-1', $secret))
        $connection.AuthId, $connection.IsProven | Should -Be 'alice@pbs!t-1', $true
        (Connect-PbsServer $config -Credential ([pscredential]::new('alice@pbs', (ConvertTo-SecureString 'correct horse battery staple' -AsPlainText)))).AuthId | Should -Be 'alice@pbs'
    }

    It 'refuses a wrong secret and a disabled user, lets nobody go on as who acted before, and prints no secret' {
        foreach ($name in 'alice@pbs', 'off@pbs') {
            $failed = $null
            $null = Connect-PbsServer $config
            Connect-PbsServer $config -Credential ([pscredential]::new($name, (ConvertTo-SecureString 'so-wrong' -AsPlainText))) -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed[0].FullyQualifiedErrorId | Should -Be 'AuthenticationFailed,PbsModule.Commands.ConnectPbsServerCommand'
            $failed[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
            $failed | Format-List * -Force | Out-String | Should -Not -Match 'so-wrong'
            Get-PbsConnection | Should -BeNullOrEmpty
        }
    }

    It 'completes identities of the configuration typed before' {
        (Get-Completion "Connect-PbsServer $config -AuthId al").CompletionText | Should -Be 'alice@pbs', 'alice@pbs!t-1'
    }

    It 'is of this runspace only' {
        $null = Connect-PbsServer $config
        $seen = 1 | ForEach-Object -Parallel { (Get-PbsConnection)?.ConfigRoot }
        $seen | Should -Not -Be $config
    }
}
