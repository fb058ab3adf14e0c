Console.WriteLine("PbsModule bench");
