package demo

// englishKinds are complaints told in English: foreign residents under the
// Chinese pack, and consumers under the American one.
var englishKinds = []kind{
	{
		code: "T01", also: []string{"H03"}, channels: []string{"phone", "sms"}, proof: []string{"call_log", "sms"}, weight: 5,
		openings: []string{"They only ever call at night.", "Since {d1} my phone has been ringing after everyone in the house is asleep.", "I work early shifts and these people call me at {t}.", "I am not refusing to pay. I am asking them to stop calling in the middle of the night."},
		incidents: []string{
			"On {d1} the first call came at {t}. I asked them to call back in daytime and the man laughed.",
			"I counted {s} calls between 11 p.m. and 2 a.m. on {d2}, all from {num}.",
			"When I said my children were sleeping he told me I should have thought of that before I borrowed.",
			"There is a voicemail from {d2}, {t}, in which you can hear other collectors shouting in the background.",
			"They texted three times after midnight: \"Answer your phone. We know you are up.\"",
		},
	},
	{
		code: "T07", also: []string{"C01"}, channels: []string{"phone", "sms"}, proof: []string{"call_log", "sms"}, weight: 8,
		openings: []string{"I am getting calls all day long from {app}.", "Between {d1} and {d2} I received {big} calls about one small loan.", "The calls do not stop. I block one number and another one takes over.", "My phone is unusable at work because of a collector."},
		incidents: []string{
			"On {d1} alone there were {n} calls, most of them a recording that hangs up when I answer.",
			"I told them in writing on {d1} to contact me by e-mail only. They called {s} times the next morning.",
			"The number {num} calls, lets it ring twice, hangs up, and calls again a minute later.",
			"I answered four times on {d2} and explained each time that I get paid on the last Friday of the month.",
			"A supervisor called Kevin told me the system dials by itself and there is nothing he can do.",
			"I missed a call from my doctor because the line was busy with them.",
		},
	},
	{
		code: "P04", also: []string{"P01"}, channels: []string{"phone", "sms"}, proof: []string{"sms", "witness"}, weight: 6,
		openings: []string{"They told my family about my debt.", "On {d1} my sister called me in tears because a collector had phoned her.", "I never gave this company my parents' number.", "My neighbours now know that I owe money."},
		incidents: []string{
			"They gave her the exact balance, {owe}, and said I would be arrested if she did not help.",
			"A message with my full name and the last four digits of my ID was sent to {s} people in my contacts.",
			"My ex-husband got a call too. We have been divorced for six years.",
			"The collector said, \"If you will not pick up, maybe your mother will.\" I had picked up the day before.",
			"My roommate was asked to put me on the line and was sworn at when she said I was out.",
		},
	},
	{
		code: "P05", also: []string{"P04"}, channels: []string{"phone", "email"}, proof: []string{"call_log", "witness"}, weight: 4,
		openings: []string{"A collector is calling my employer.", "I was called to the HR office on {d1} because of this company.", "I told them not to call my workplace and they did it again.", "I teach English at a school in {city} and the collector has been calling the front office."},
		incidents: []string{
			"They rang reception {s} times on {d1} and told the receptionist it was about a legal matter.",
			"My manager played me the recording. They called me dishonest and asked when I get paid.",
			"On {d2} an e-mail went to the general inbox with my loan number in the subject line.",
			"I now have a written warning for personal calls, which I attach.",
			"They said they would stop calling the office the minute I paid {fee}.",
		},
	},
	{
		code: "I03", also: []string{"I01"}, channels: []string{"phone", "sms", "letter"}, proof: []string{"recording", "letter", "sms"}, weight: 5,
		openings: []string{"I was threatened with arrest over a consumer loan.", "Someone claiming to be a court officer called me on {d1}.", "I received what looks like a court summons but the case number does not exist.", "They keep telling me that I will be sued tomorrow. It has been four months."},
		incidents: []string{
			"He said a warrant had been issued and that officers would come to my home before 5 p.m. Nobody came.",
			"I called the clerk of court. There is no such case.",
			"The letter has a seal printed in the wrong colour and two spelling mistakes in the name of the court.",
			"She told me my wages would be garnished on {d2} and that it was too late to pay in instalments.",
			"He said that as a foreigner I would be put on a list at the airport and would lose my visa.",
		},
	},
	{
		code: "H03", also: []string{"H02"}, channels: []string{"phone"}, proof: []string{"recording"}, weight: 5,
		openings: []string{"The language this collector used was disgusting.", "I have never been spoken to like this.", "I said good morning and was called a thief.", "I want to report verbal abuse by a collector who gave the name Mike."},
		incidents: []string{
			"He called me a deadbeat and worse, and said people like me should not have children.",
			"On {d2} he put me on speaker so that others could laugh. I have it recorded.",
			"I told him that my father had just died. He asked whether there was any life insurance.",
			"When I asked for the company's address he swore and hung up, then called back to do it again.",
			"She mocked my accent for several minutes.",
		},
	},
	{
		code: "F01", also: []string{"N01"}, channels: []string{"phone", "letter"}, proof: []string{"repayment", "credit_report"}, weight: 8, own: true,
		openings: []string{"This is not my debt.", "I paid this account in full in {ym} and have the letter to prove it.", "They are collecting an amount that I do not recognise.", "Somebody opened a loan in my name and I am the one being chased."},
		incidents: []string{
			"I asked for validation in writing on {d1}. Instead of an answer I got {n} phone calls.",
			"The balance they quote has nearly doubled since the spring and nobody can tell me why.",
			"The person they are looking for has the same surname and a different date of birth. I told them so on {d1} and {d2}.",
			"I filed a police report and sent them a copy. They said it had not been received, three times.",
			"Because of this a collection now shows on my credit report and my car loan was refused.",
		},
	},
	{
		code: "C01", also: []string{"T07"}, channels: []string{"phone", "sms", "email"}, proof: []string{"stop_notice", "sms"}, weight: 5,
		openings: []string{"I sent a written request to stop contacting me and it was ignored.", "I replied STOP to their texts and they kept coming.", "My letter was delivered on {d1}. I have the tracking number.", "I asked them to talk to my attorney only."},
		incidents: []string{
			"Since then I have had {n} texts and at least {s} calls.",
			"On {d2} they wrote from a new short code with the same wording.",
			"The agent said he could see my letter in the system and that it \"does not count\".",
			"They asked me to confirm my date of birth before they would note my request.",
			"They left a message with my attorney's secretary and then called me anyway.",
		},
	},
	{
		code: "V01", also: []string{"H02"}, channels: []string{"visit"}, proof: []string{"video", "photo"}, weight: 2,
		openings: []string{"Two men came to my apartment on {d1}.", "A stranger was waiting at my front door when I got home.", "They came to my home without any notice.", "I was not home, my wife was, alone with the baby."},
		incidents: []string{
			"They would not show any identification and said the company name was none of my business.",
			"One of them put his foot in the door so that it could not be closed.",
			"They read out my name and the amount in the stairwell.",
			"The guard at the gate has them on camera and let me copy the recording.",
			"They left only when a neighbour said that she was calling the police.",
		},
	},
}

// englishVoices say who writes, and how they fell behind.
var englishVoices = []voice{
	{who: []string{"I am a nurse and work twelve-hour shifts. ", "I work nights at a hospital. "}, reasons: []string{"I fell behind after my hours were cut in the spring.", "My mother needed surgery and I used the savings."}},
	{who: []string{"I drive for a ride app. ", "I deliver parcels for a living. "}, reasons: []string{"The car was off the road for six weeks after an accident.", "I was out for two months with a back injury."}},
	{who: []string{"I am a single parent of three. ", "I am a mother of two. "}, reasons: []string{"I lost my second job and had to choose between rent and this loan.", "Daycare went up and I missed two payments."}},
	{who: []string{"I am a graduate student. ", "I am in my last year of college. "}, reasons: []string{"My stipend was paid late and I missed the date by nine days.", "I was told that the first payment was due a month later than it was."}},
	{who: []string{"I run a small repair shop. ", "I own a food truck. "}, reasons: []string{"Business has been slow since the road works began.", "A client went bankrupt and never paid me."}},
	{who: []string{"I am retired and live on a pension. ", "I am 67 years old. "}, reasons: []string{"I co-signed for my grandson.", "The loan was for a new roof after the storm."}},
	{who: []string{"I teach at a language school. ", "I have lived and worked in China for eight years. "}, reasons: []string{"My school closed without notice and two months of salary are still owed to me.", "My work permit was being renewed and the bank froze my card for three weeks."}},
}

var englishLoans = []string{
	"I borrowed {amt} through {app} in {ym}, to be paid in {k} instalments, and paid the first {p} on time.",
	"The loan from {app} was for {amt}.",
	"I still owe {owe} to {app} and have never denied it.",
	"I took out {amt} with {app} and am {od} days late.",
}

var englishAftermaths = []string{
	"I am not sleeping.", "My doctor has put me on medication for anxiety.", "I am afraid to answer my phone.", "My job is at risk because of this.",
	"My children are scared when the phone rings.", "I have kept every message and recording.", "I complained to the company twice and got a form letter.",
	"I feel humiliated in front of people I see every day.", "I changed my number and they found the new one within a week.",
}

var englishClosings = []string{
	"Please make them stop.", "I want to pay, on terms that I can keep.", "I would like a written answer.", "Thank you for looking into this.", "", "", "I can send the recordings.", "Please tell me what my rights are.",
}

var englishDemands = map[string][]string{
	"T": {"Stop the calls.", "Contact me in writing only.", "No calls before 8 a.m. or after 9 p.m."},
	"C": {"Respect my written request.", "Contact my attorney only."},
	"P": {"Stop contacting my family and my employer.", "A written apology to the people they called.", "Delete my contacts from their system."},
	"I": {"An investigation into the false legal threats.", "Confirm in writing that no case was filed."},
	"H": {"Discipline the collector and send me an apology.", "Make sure that this person never calls me again."},
	"V": {"No more visits to my home."},
	"F": {"Validate the debt or stop collecting it.", "Correct my credit report.", "Refund the fees."},
}
