DATETIME_FORMAT = "N j, Y, g:i a T"
