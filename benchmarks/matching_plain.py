"""The needs of the other languages, put in English as plainly as they are put there.

One a line for each offer of `matching_languages` (PLAIN) and `matching_tuning` (PLAIN_TUNING), in
their order: what English costs where a need is no riddle.  Written after settings were chosen.
"""

from __future__ import annotations

PLAIN = """\
We are looking for robot arms for welding in our factory.
We seek drip irrigation for dry land.
Our bank is looking for a mobile payment platform.
We need refrigerated storage and transport for fresh food.
We seek solar panels and batteries for the roof of the factory.
We want to buy arabica coffee beans from the highlands.
We are looking for hand-woven wool carpets for our hotel.
A hospital seeks a platform for remote video consultations of patients.
We are looking for online English lessons for children.
The city seeks electric buses and charging stations.
Drones wanted for inspecting power lines.
A bridal shop seeks wedding dresses made to measure.
We look for organic food for babies without added sugar.
We need a cybersecurity audit and a penetration test.
We need seawater desalination plants for drinking water.
Interpreting and translation services for a conference.
Shops buy leather shoes and boots wholesale.
Looking for cloud backup of company data.
A broadcaster seeks a producer of documentary films.
A dental clinic wants to buy implants and dental instruments.
Restaurants seek extra virgin olive oil.
Lawyer wanted for patents and trademarks abroad.
A travel agency seeks guided hikes in the mountains.
We are looking for a machine to recycle plastic bottles.
We need container transport by sea and rail from Asia to Europe.
We would like to grow mushrooms on our farm.
We are looking for furniture for hotel rooms.
Looking for a developer of games for smartphones.
An exporter seeks insurance against customers who do not pay.
We want to import Alpine cheese and butter.
A building company looks for cranes and excavators.
An electronics maker seeks semiconductor chips and sensors.
A perfumery seeks perfumes and natural cosmetics with rose.
We are looking for bicycles and electric scooters to rent out.
We want to import frozen salmon and shrimp.
A small company seeks an accounting and payroll program.
A textile factory seeks dyeing machines and cotton yarn.
We buy vaccines and refrigerators for village hospitals.
We seek a stand builder for our fair.
We need satellite images to monitor crops.
""".splitlines()

PLAIN_TUNING = """\
A nursing home seeks wheelchairs and hospital beds.
A restaurant seeks wine from small family vineyards.
We want access control with facial recognition.
An online shop seeks a virtual assistant for its customers.
A tractor maker seeks hydraulic pumps and valves.
A contractor seeks bamboo floors and wooden doors.
We buy green and black tea from mountain plantations.
We need customs clearance to import food.
An offshore wind farm seeks rotor blades and towers.
A nursery seeks wooden toys for small children.
A jeweller looks for gold and silver rings and necklaces.
We want data labelled for machine learning.
Seamless steel pipes needed for a gas pipeline.
A travel agency looks for hot spring and yoga retreat hotels.
We want to buy fertiliser and rice seed for farmers.
The municipality wants to buy LED street lighting.
We seek air conditioning and heat pumps for offices.
An organic shop seeks honey and beeswax from the beekeeper.
A workshop seeks 3D printers for metal parts.
We want a market study among Asian consumers.
A music school wants to buy pianos and violins.
A factory seeks work uniforms made to measure.
A supermarket wants to trace the origin of food with blockchain.
A shopping centre needs lifts and escalators.
A pharmacy looks for a machine that sorts medicines automatically.
A green energy start-up seeks investors.
We are looking for bathroom ceramics and taps.
We buy dates, nuts and dried fruit.
A museum seeks interactive installations about history.
A telecom operator buys fibre optic cable.
A pet shop seeks food for dogs and cats.
A clinic seeks nurses from abroad.
A cosmetics brand seeks printed paper packaging.
A transport company seeks tyres for trucks.
An airline seeks pilot training and a simulator.
The water company seeks leak detection.
A publisher buys rights of children's picture books.
A warehouse seeks smoke detectors and sprinklers.
A battery factory wants to buy lithium material.
An agency seeks cruises and ferries between islands.
A laboratory buys microscopes and blood analysers.
A department store wants silk scarves and cashmere shawls.
We are looking for a parking system that reads number plates.
A canteen seeks frozen vegetables and ready meals.
A plant seeks a digital twin to plan production.
We are looking for second-hand tractors and spare parts.
A club seeks artificial turf for its stadium.
We want advice on founding a company and on tax in Europe.
The city seeks alarm sensors for earthquakes.
A gift shop looks for crafts from the Himalaya.
A company seeks software to calculate CO2 emissions.
An optician buys lenses and sunglasses.
Patients seek heart surgery and check-ups abroad.
A developer buys ovens and fridges for flats.
""".splitlines()
