"""What an access policy would decide: for made-up attempts, sample devices and past sign-ins."""
